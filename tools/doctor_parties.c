/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on enterprises: each version's hash from its columns and one of the enterprise's codes, each
 * code vouched for by a version that was hashed with it. Where versions come from is in their run's chunk
 * (tools/doctor_runs); no signed act makes one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/name.h"
#include "registry/core/org_code.h"
#include "registry/core/record.h"
#include "tools/doctor.h"

#define CODES_MAX 64u

enum column {
        SUBJECT,
        VERSION,
        NAME,
        NAME_NORM,
        PARTY_KIND,
        REGISTRATION,
        REGION,
        TOWNSHIP,
        INDUSTRY,
        ESTABLISHED_ON,
        ROW_HASH,
        RUN,
        RUN_SERIAL_FITS,
        CODES,
};

static const char parties_sql[] = "SELECT p.subject, v.version, v.name, v.name_norm, v.kind, v.registration, "
                                  "v.region, v.township, v.industry,"
                                  " v.established_on, v.row_hash, v.run_id, c.serial = v.serial, k.codes"
                                  " FROM qcr.party p LEFT JOIN qcr.party_version v ON v.subject = p.subject"
                                  " LEFT JOIN qcr.run_chunk c ON c.run_id = v.run_id AND c.chunk = v.chunk"
                                  " LEFT JOIN (SELECT subject, string_agg(code, ' ' ORDER BY code) AS codes "
                                  "FROM qcr.code GROUP BY subject) k"
                                  "   ON k.subject = p.subject"
                                  " ORDER BY p.subject, v.version";

struct parties {
        struct doctor *doctor;
        char subject[16];         /* of the enterprise at hand */
        char codes[CODES_MAX][20];
        bool vouched[CODES_MAX];
        size_t code_count;
};

static void finish_subject(struct parties *parties)
{
        for (size_t i = 0; i < parties->code_count; i++)
                if (!parties->vouched[i])
                        doctor_find(parties->doctor, "code", parties->codes[i],
                                "was inserted: no row of %s came under it", parties->subject);
}

static void begin_subject(struct parties *parties, const PGresult *row)
{
        char rest[CODES_MAX * 20];
        char *word, *place = NULL;

        finish_subject(parties);
        parties->doctor->parties++;
        snprintf(parties->subject, sizeof(parties->subject), "%s", cell_text(row, 0, SUBJECT));
        parties->code_count = 0;
        snprintf(rest, sizeof(rest), "%s", cell_text(row, 0, CODES));
        for (word = strtok_r(rest, " ", &place); word && parties->code_count < CODES_MAX;
                word = strtok_r(NULL, " ", &place)) {
                struct org_code_report report;
                struct org_code code;

                if (!org_code_parse(slice_text(word), &code, &report) &&
                        strcmp(code.subject, parties->subject) != 0)
                        doctor_find(parties->doctor, "code", word, "leads to %s, which is not its enterprise",
                                parties->subject);
                snprintf(parties->codes[parties->code_count], sizeof(parties->codes[0]), "%s", word);
                parties->vouched[parties->code_count++] = false;
        }
}

/* The file had the party under one of its codes; a party without a unified code has its own subject. */
static bool has_hash(struct parties *parties, struct party *party, const uint8_t stored[32])
{
        uint8_t computed[32];
        bool found = false;

        for (size_t i = 0; i < parties->code_count; i++) {
                party->code = parties->codes[i];
                party_hash(party, computed);
                if (memcmp(computed, stored, 32) == 0)
                        found = parties->vouched[i] = true;
                else if (strcmp(parties->codes[i], parties->subject) == 0)
                        parties->vouched[i] = true; /* the code inside every unified one */
        }
        if (found)
                return true;
        party->code = parties->subject;
        party_hash(party, computed);
        return memcmp(computed, stored, 32) == 0;
}

static bool take_version(void *closure, const PGresult *row, struct fault *why)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        struct parties *parties = closure;
        struct doctor *doctor = parties->doctor;
        struct party party = {
                .subject = parties->subject,
                .name = cell_text(row, 0, NAME),
                .kind = cell_text(row, 0, PARTY_KIND),
                .registration = cell_text(row, 0, REGISTRATION),
                .region = cell_text(row, 0, REGION),
                .township = cell_text(row, 0, TOWNSHIP),
                .industry = cell_text(row, 0, INDUSTRY),
                .established_on = cell_day(row, 0, ESTABLISHED_ON),
        };
        char key[DOCTOR_KEY];
        uint8_t stored[32];

        if (strcmp(parties->subject, cell_text(row, 0, SUBJECT)) != 0)
                begin_subject(parties, row);
        if (cell_is_null(row, 0, VERSION)) {
                doctor_find(doctor, "party", parties->subject, "was inserted: it has no version");
                return true;
        }
        if (!cell_octets(row, 0, ROW_HASH, stored, 32))
                return fault_set(why, FAULT_INPUT, "qcr.party_version: a row cannot be read");
        doctor_key(key, "%s v%s", parties->subject, cell_text(row, 0, VERSION));
        if (!has_hash(parties, &party, stored))
                doctor_find(doctor, "party_version", key,
                        "was changed: name, registration or another column is not what "
                        "was hashed");
        if (name_normalise(slice_text(party.name), &norm) ||
                strcmp(buffer_text(&norm), cell_text(row, 0, NAME_NORM)) != 0)
                doctor_find(doctor, "party_version", key, "name_norm is not its name's");
        if (cell_is_null(row, 0, RUN))
                doctor_find(doctor, "party_version", key, "was inserted: it came with no run");
        else if (!cell_bool(row, 0, RUN_SERIAL_FITS))
                doctor_find(doctor, "party_version", key, "serial was changed: its chunk has another");
        return true;
}

static bool take_stray(void *closure, const PGresult *row, struct fault *why)
{
        (void)why;
        doctor_find(closure, "code", cell_text(row, 0, 0), "was inserted: there is no enterprise %s",
                cell_text(row, 0, 1));
        return true;
}

bool doctor_parties(struct doctor *doctor, struct fault *why)
{
        struct parties parties = {.doctor = doctor};
        struct query query;

        query_init(&query, parties_sql);
        if (!link_each(doctor->link, &query, take_version, &parties, why))
                return false;
        finish_subject(&parties);
        query_init(&query, "SELECT code, subject FROM qcr.code k"
                           " WHERE NOT EXISTS (SELECT FROM qcr.party p WHERE p.subject = k.subject)");
        return link_each(doctor->link, &query, take_stray, doctor, why);
}
