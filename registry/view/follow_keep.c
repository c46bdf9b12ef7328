/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/base/log.h"
#include "registry/core/ledger_entry.h"

/* -------------------------------------------------------------- generations */

/* A new generation, empty and read by nobody yet. */
static bool keep_begin(struct follow_keep *keep, struct fault *why)
{
        view_writer_free(keep->writer);
        keep->writer = NULL;
        keep->is_current = false;
        keep->refused = false;
        keep->meta = (struct view_meta){.format = VIEW_FORMAT, .heartbeat_ms = INT64_MIN};
        snprintf(keep->meta.origin, sizeof(keep->meta.origin), "%s", keep->origin);
        memcpy(keep->meta.boot_id, keep->boot_id, sizeof(keep->meta.boot_id));
        ledger_chain_first(keep->meta.chain);
        merkle_frontier_init(&keep->frontier);
        return view_generation_sweep(keep->directory, "", why) &&
               view_generation_create(keep->directory, keep->generation, why) &&
               view_writer_open(&keep->writer, keep->directory, keep->generation, why);
}

static bool keep_read_meta(struct follow_keep *keep, struct fault *why)
{
        enum view_found found;
        bool read;

        if (!view_writer_begin(keep->writer, why))
                return false;
        read = view_writer_meta(keep->writer, &found, &keep->meta, &keep->frontier, why);
        view_writer_abort(keep->writer);
        if (!read)
                return false;
        if (found)
                return fault_set(why, FAULT_VIEW, "it is empty");
        if (memcmp(keep->meta.boot_id, keep->boot_id, sizeof(keep->boot_id)) != 0)
                return fault_set(why, FAULT_VIEW, "it was made before this boot");
        if (strcmp(keep->meta.origin, keep->origin) != 0)
                return fault_set(why, FAULT_VIEW, "it is of another origin");
        return true;
}

static bool keep_resume(struct follow_keep *keep, struct fault *why)
{
        if (!view_generation_current(keep->directory, keep->generation, why) ||
                !view_writer_open(&keep->writer, keep->directory, keep->generation, why) || !keep_read_meta(keep, why))
                return false;
        keep->is_current = true;
        keep->refused = keep->meta.refused;
        memcpy(keep->refusal, keep->meta.refusal, sizeof(keep->refusal));
        return view_generation_sweep(keep->directory, keep->generation, why);
}

bool follow_keep_init(struct follow_keep *keep, const char *directory, const char *origin, EVP_PKEY *ca_key,
        struct fault *why)
{
        struct fault because;

        *keep = (struct follow_keep){.directory = directory, .origin = origin, .ca_key = ca_key};
        if (!digest_init(&keep->sha256, SUITE_ED25519_SHA256, why))
                return false;
        keep->rules = follow_rules_new();
        if (!view_boot_id(keep->boot_id, why) || !view_witness_read(directory, &keep->witness, why))
                goto fail;
        if (keep_resume(keep, &because)) {
                log_event(LOG_INFO, "follow.resumed", "generation", keep->generation, "serial",
                        LOG_NUMBER(keep->meta.serial), "refusal", keep->refused ? keep->refusal : NULL);
                return true;
        }
        log_event(LOG_NOTICE, "follow.rebuild", "reason", because.text);
        if (keep_begin(keep, why))
                return true;
fail:
        follow_keep_done(keep);
        return false;
}

void follow_keep_done(struct follow_keep *keep)
{
        view_writer_free(keep->writer);
        follow_rules_free(keep->rules);
        digest_done(&keep->sha256);
        *keep = (struct follow_keep){0};
}

/* ------------------------------------------------------------------ judging */

void follow_keep_refuse(struct follow_keep *keep, const char *reason)
{
        struct fault why;

        log_event(LOG_ALERT, "follow.refused", "reason", reason, "serial", LOG_NUMBER(keep->meta.serial));
        keep->refused = true;
        snprintf(keep->refusal, sizeof(keep->refusal), "%s", reason);
        /* A generation that is only being built marks nothing; what is read beside it is of the same store. */
        if (!keep->is_current) {
                if (!view_generation_withdraw(keep->directory, &why))
                        log_event(LOG_ALERT, "follow.refusal-unwritten", "fault", fault_word(why.code), "text", why.text);
                return;
        }
        keep->meta.refused = true;
        memcpy(keep->meta.refusal, keep->refusal, sizeof(keep->meta.refusal));
        if (!view_writer_begin(keep->writer, &why) ||
                !view_writer_put_meta(keep->writer, &keep->meta, &keep->frontier, &why) ||
                !view_writer_commit(keep->writer, &why)) {
                view_writer_abort(keep->writer);
                log_event(LOG_ALERT, "follow.refusal-unwritten", "fault", fault_word(why.code), "text", why.text);
        }
}

uint64_t follow_keep_known(const struct follow_keep *keep)
{
        return keep->meta.serial > keep->witness.serial ? keep->meta.serial : keep->witness.serial;
}

/* The newest state ever shown: the view's own, or the witness's while a lost view is being built again. */
static bool is_the_store(const struct follow_keep *keep, const struct store_identity *identity, char *ret, size_t size)
{
        bool by_view = keep->meta.serial > keep->witness.serial;
        uint64_t serial = follow_keep_known(keep);
        const uint8_t *chain = by_view ? keep->meta.chain : keep->witness.chain;

        if (strcmp(identity->origin, keep->origin) != 0)
                snprintf(ret, size, "the store is of registry %s", identity->origin);
        else if (keep->meta.serial && (identity->system_identifier != keep->meta.system_identifier ||
                                              identity->timeline != keep->meta.timeline))
                snprintf(ret, size, "the store is another cluster or timeline than the view was made from");
        else if ((keep->meta.serial && memcmp(identity->epoch, keep->meta.epoch, sizeof(identity->epoch)) != 0) ||
                (keep->witness.serial && memcmp(identity->epoch, keep->witness.epoch, sizeof(identity->epoch)) != 0))
                snprintf(ret, size, "the store is of another epoch than what was shown before");
        else if (identity->serial < serial)
                snprintf(ret, size, "the store's ledger ends at %" PRIu64 " and %" PRIu64 " was shown before",
                        identity->serial, serial);
        else if (serial && (!identity->has_known || memcmp(identity->known_chain, chain, 32) != 0))
                snprintf(ret, size, "the store's ledger is another than the one shown up to %" PRIu64, serial);
        else
                return true;
        return false;
}

/*
 * The operator's word, if there is one and it is for this store. The witness is set to what was accepted before
 * the word is removed, so that whenever this process ends it need not be given twice.
 */
static bool keep_accept_rebuild(struct follow_keep *keep, const struct store_identity *identity, bool *ret_accepted,
        struct fault *why)
{
        struct view_witness witness = {.serial = identity->serial};
        struct view_rebuild rebuild;
        bool there;

        *ret_accepted = false;
        if (!view_rebuild_read(keep->directory, &there, &rebuild, why)) {
                if (why->code != FAULT_INPUT)
                        return false;
                log_event(LOG_ERR, "follow.rebuild-unread", "text", why->text);
                return view_rebuild_remove(keep->directory, why);
        }
        if (!there)
                return true;
        if (memcmp(rebuild.epoch, identity->epoch, sizeof(rebuild.epoch)) != 0 || rebuild.serial > identity->serial ||
                strcmp(identity->origin, keep->origin) != 0) {
                log_event(LOG_ERR, "follow.rebuild-refused", "text", "it is for another epoch or a later serial");
                return view_rebuild_remove(keep->directory, why);
        }
        snprintf(witness.origin, sizeof(witness.origin), "%s", keep->origin);
        memcpy(witness.epoch, identity->epoch, sizeof(witness.epoch));
        memcpy(witness.chain, identity->chain, sizeof(witness.chain));
        if (!view_witness_write(keep->directory, &witness, why) ||
                (keep->refused && !view_generation_withdraw(keep->directory, why)) || !keep_begin(keep, why) ||
                !view_rebuild_remove(keep->directory, why))
                return false;
        log_event(LOG_WARNING, "follow.rebuild-accepted", "serial", LOG_NUMBER(identity->serial));
        keep->witness = witness;
        *ret_accepted = true;
        return true;
}

bool follow_keep_judge(struct follow_keep *keep, const struct store_identity *identity, enum follow_judgement *ret,
        struct fault *why)
{
        char reason[256];
        bool accepted;

        if (!keep_accept_rebuild(keep, identity, &accepted, why))
                return false;
        if (accepted) {
                *ret = FOLLOW_REBUILD;
                return true;
        }
        if (!keep->refused && !is_the_store(keep, identity, reason, sizeof(reason)))
                follow_keep_refuse(keep, reason);
        *ret = keep->refused ? FOLLOW_REFUSED : FOLLOW_ACCEPTED;
        if (!keep->refused && keep->meta.serial == 0) {
                keep->meta.system_identifier = identity->system_identifier;
                keep->meta.timeline = identity->timeline;
                memcpy(keep->meta.epoch, identity->epoch, sizeof(keep->meta.epoch));
        }
        return true;
}

/* -------------------------------------------------------------------- batches */

/*
 * A heartbeat is as old as when it was first read with its value. The first one of a process may have stood there
 * for hours (a replica cut off): if the view does not know it, the wall clocks are compared, and what that finds too
 * old is shown to be fresh by the next beat.
 */
static void keep_feel(struct follow_keep *keep, int64_t heartbeat_ms, int64_t asked_ms, int64_t wall_ms)
{
        if (keep->has_pulse && heartbeat_ms == keep->pulse.heartbeat_ms)
                return;
        if (heartbeat_ms == INT64_MIN || keep->has_pulse)
                keep->pulse = (struct follow_pulse){heartbeat_ms, asked_ms};
        else if (heartbeat_ms == keep->meta.heartbeat_ms)
                keep->pulse = (struct follow_pulse){heartbeat_ms, keep->meta.heartbeat_seen_ms};
        else
                keep->pulse = (struct follow_pulse){heartbeat_ms,
                        asked_ms - (wall_ms > heartbeat_ms ? wall_ms - heartbeat_ms : 0)};
        keep->has_pulse = true;
}

static bool keep_publish(struct follow_keep *keep, struct fault *why)
{
        if (!view_generation_publish(keep->directory, keep->generation, why))
                return false;
        keep->is_current = true;
        log_event(LOG_NOTICE, "follow.current", "generation", keep->generation, "serial",
                LOG_NUMBER(keep->meta.serial));
        return view_generation_sweep(keep->directory, keep->generation, why);
}

bool follow_keep_take(struct follow_keep *keep, const struct follow_batch *batch, int64_t asked_ms, int64_t wall_ms,
        struct fault *why)
{
        enum follow_applied applied;

        keep_feel(keep, batch->identity.heartbeat_ms, asked_ms, wall_ms);
        if (batch->entry_count == 0 && keep->is_current && keep->pulse.heartbeat_ms <= keep->meta.heartbeat_ms)
                return true;
        if (!follow_apply(keep->writer, batch, keep->ca_key, slice_text(keep->origin), &keep->sha256, &keep->pulse,
                    &keep->meta, &keep->frontier, keep->rules, &applied, why)) {
                if (why->code != FAULT_MISMATCH)
                        return false;
                follow_keep_refuse(keep, why->text);
                return true;
        }
        if (applied == FOLLOW_APPLIED && !keep->is_current && keep->meta.serial > 0 &&
                keep->meta.serial == batch->identity.serial && keep->meta.heartbeat_ms != INT64_MIN)
                return keep_publish(keep, why);
        return true;
}

bool follow_keep_witness(struct follow_keep *keep, struct fault *why)
{
        struct view_witness witness = {.serial = keep->meta.serial};

        if (!keep->is_current || keep->refused || keep->meta.serial <= keep->witness.serial)
                return true;
        snprintf(witness.origin, sizeof(witness.origin), "%s", keep->origin);
        memcpy(witness.epoch, keep->meta.epoch, sizeof(witness.epoch));
        memcpy(witness.chain, keep->meta.chain, sizeof(witness.chain));
        if (!view_witness_write(keep->directory, &witness, why))
                return false;
        keep->witness = witness;
        return true;
}
