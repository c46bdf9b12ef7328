/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a recalculation tells while it works and when it has ended. Progress goes to standard error: on a terminal as a bar
 * that writes over itself, elsewhere as one JSON document a line, about once a second.
 */
#pragma once

#include "registry/service/recalc.h"

struct recalc_show {
        bool is_terminal;
        int64_t began_ms, told_ms;
        bool has_bar;
};

void recalc_show_begin(struct recalc_show *show, int64_t now_ms);
void recalc_show_progress(struct recalc_show *show, const struct recalc_result *result, int64_t now_ms);
/* Leaves the bar's line. */
void recalc_show_end(struct recalc_show *show);

/* The outcome, on standard output. */
void recalc_show_result(const struct recalc_result *result, int64_t took_ms, bool is_json);
/*
 * After a fault, under --json: the word, the code of a rule that stands against it, which value it is about, and the fault's
 * text. `policy` is the word that was given for one; NULL: none was.
 */
void recalc_show_failure(const struct recalc_result *result, const struct result *refused, const char *policy,
        const struct fault *fault);
/* After a fault: where the run stands and how it goes on, on standard error. */
void recalc_show_stand(const struct recalc_result *result);
