/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What one worker's service holds, for the files of this room alone; everybody else knows service.h.
 */
#pragma once

#include <sys/queue.h>

#include "registry/core/policy.h"
#include "registry/core/publicity.h"
#include "registry/service/clock.h"
#include "registry/service/glance.h"
#include "registry/service/evidence_store.h"
#include "registry/service/quota.h"
#include "registry/service/reaching.h"
#include "registry/service/rule_cache.h"
#include "registry/service/sealing.h"
#include "registry/service/service.h"
#include "registry/store/db.h"

struct call;
TAILQ_HEAD(calls, call);

struct service {
        struct service_limits limits;
        struct event_base *base;
        service_reply_fn reply;
        service_audit_fn audit;
        void *closure;
        struct glance glance;
        struct db *db;
        struct sealing *sealing;
        struct reaching *reaching;
        struct quota *quota;
        struct clock_watch clock;
        struct evidence_store *evidence;
        struct rule_cache *rules;
        struct digest digest;
        struct publicity publicity;   /* without regimes: no end is computed */
        struct policy policy;         /* the active one as last met in a transaction */
        bool has_policy;
        struct calls calls;           /* not answered yet */
        size_t pending;
        bool is_draining;
        bool is_view_away;            /* said so in the log */
        struct buffer payload;        /* of the reply being encoded */
};
