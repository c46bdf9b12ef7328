/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A case as the registry shows it, read whole: a long one comes in several answers, whose events are put together
 * here and must be numbered from 1 without a gap. Its procedure comes with it, as the case was opened under it.
 */
#pragma once

#include "registry/core/procedure.h"
#include "tools/case_ref.h"
#include "tools/qcr.h"

#define CASE_READING_PAGES 64u /* answers of 1 MiB; a case has at most 256 events */

struct case_reading {
        struct case_ref ref;
        struct client_answer pages[CASE_READING_PAGES];
        size_t page_count;
        const Qcr__Case *head;          /* of the first answer: everything but the events of the others */
        const Qcr__CaseEvent **events;
        size_t event_count;
        struct procedure *procedure;
};

#define CASE_READING_INIT ((struct case_reading){0})

/* 0, or the exit status of what has been reported. `purpose` may be NULL. */
int case_reading_load(struct qcr *qcr, const struct case_ref *ref, const char *purpose, bool dossier,
        struct case_reading *ret) MUST_CHECK;
void case_reading_done(struct case_reading *reading);
void case_reading_cleanup(struct case_reading *reading);

/* Fields as signed, in their members; the caller's. */
json_t *case_reading_fields_document(size_t count, Qcr__CaseField *const *fields);
/* One event in its members, for programs; the caller's. */
json_t *case_reading_event_document(const Qcr__CaseEvent *event);
/* A deadline in its members; the caller's. */
json_t *case_reading_deadline_document(const Qcr__CaseDeadline *deadline);
