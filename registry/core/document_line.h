/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Where in a document's text an error is: the reader of a document knows paths,
 * whoever wrote it looks for a line. The text is walked once more, by itself,
 * since a parsed document has forgotten where its parts stood.
 */
#pragma once

#include "registry/core/document.h"

/*
 * The line, from 1, of the error that reading `json` gave: of the key or array item at its path; if that is what is
 * missing, of the object it is missing from. Any octets are a text; 1 where nothing can be found.
 */
unsigned document_line(struct slice json, const struct document_error *error);
