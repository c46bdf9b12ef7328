/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The inner channels: SOCK_SEQPACKET pairs that the parent makes once and holds open at both ends, so that
 * either side may die and come back without the other noticing more than silence. A message is one packet.
 * Each worker counts its lives (`generation`); a reply to a life before is dropped.
 *
 * worker -> sealer    seal request: a question, never facts
 * sealer -> worker    sealed answer, or why there is none
 * worker -> follower  poke: please reach this serial
 * follower -> worker  reached: the view has this serial now; refused: the store is another one
 *
 * Layouts are fixed, big-endian, written next to their readers; see the encode and decode pairs below. Pokes are
 * in view/poke.
 */
#pragma once

#include "registry/base/bytes.h"
#include "registry/core/calendar.h"
#include "registry/core/digest.h"
#include "registry/view/poke.h"

/* The largest answer: statement, path, head and certificate. */
#define CHANNEL_PACKET_LIMIT 16384u
/* A question about the present, and the largest about the past: a whole credit file of GRADE_RECORDS_MAX records. */
#define CHANNEL_QUESTION_LIMIT 256u
#define CHANNEL_PAST_LIMIT 65536u

/*
 * What was known of an enterprise at a ledger entry: the worker read it from the store, for the view has no past.
 * The sealer decides by it as it decides by the view, and the statement's kind says that it is an answer about the past.
 */
struct seal_past {
        struct day as_of;            /* the day asked about */
        int64_t known_at_ms;         /* the instant whose knowledge it is */
        uint64_t serial;             /* the last entry known then */
        bool is_withheld;            /* the law keeps this answer from the asker */
        bool is_found;               /* an enterprise had the code; the rest is empty if not */
        struct slice subject;
        struct slice name;
        uint8_t registration;        /* enum statement_registration */
        struct slice inputs;         /* packed */
        uint8_t policy_hash[32];     /* active then */
        struct slice coverage;       /* the statement's text */
        uint64_t decision;           /* 0: none */
};

struct seal_request {
        uint32_t generation;
        uint64_t id;                 /* the worker's */
        uint8_t suite;               /* enum suite */
        uint8_t request_hash[32];
        struct slice code;           /* as typed, at most 64 octets: the sealer normalises it itself */
        struct slice nonce;          /* 16..32 octets */
        bool has_purpose;
        uint8_t purpose_hash[32];
        uint32_t max_age_ms;         /* 0: the default bound */
        uint64_t min_serial;
        bool is_explain;             /* about the present, and with what its grade rests on */
        bool is_past;                /* not with `is_explain`; else about the present, and `past` is empty */
        struct seal_past past;
};

struct seal_answer {
        uint32_t generation;
        uint64_t id;
        uint16_t code;               /* RESULT_DONE, or RESULT_CODE_INVALID, RESULT_STALE, ... : then only `text` is set */
        uint32_t retry_after_ms;
        struct slice text;           /* why not, for people */
        struct slice field_value;    /* for CODE_INVALID: what is wrong with the code (flaw word, expected character) */
        uint32_t index;
        struct slice statement;
        struct slice path;
        struct slice head;
        struct slice certificates;   /* counted DER certificates, signing certificate first */
};

void seal_request_encode(struct buffer *to, const struct seal_request *request);
bool seal_request_decode(struct slice packet, struct seal_request *ret) __attribute__((warn_unused_result));
void seal_answer_encode(struct buffer *to, const struct seal_answer *answer);
bool seal_answer_decode(struct slice packet, struct seal_answer *ret) __attribute__((warn_unused_result));
