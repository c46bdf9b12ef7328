/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The language of messages for people: English in the source, Chinese by locale (gettext domain `qcr`).
 * Words of the contract - codes, reasons, members of JSON - are never translated.
 */
#pragma once

#include <libintl.h>
#include <stdbool.h>

#define _(text) gettext(text)
#define N_(text) text /* is translated where it is shown */

/*
 * Follows the environment (LC_ALL, LC_MESSAGES, LANG, LANGUAGE), or `wanted` (`zh`, `en`) if it is not NULL.
 * A Chinese locale that the machine has not generated still gives Chinese messages: the catalogue is ours.
 * Catalogues are found under TEXTDOMAINDIR, or where they were installed. False: `wanted` is no language.
 */
bool language_start(const char *wanted) __attribute__((warn_unused_result));
/* Are messages shown in Chinese? Words of a procedure come in both languages and are chosen by this. */
bool language_is_chinese(void);
