/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A lane: one connection of store/db, from connecting to being lost, and what its server still owes an answer
 * for. Only db.c and db_lane.c know this; whoever asks the store knows db.h.
 */
#pragma once

#include <sys/queue.h>

#include "registry/store/db.h"

/* What a lane does, and where it goes from there. */
enum lane_state {
        LANE_DOWN,        /* until the retry timer -> CONNECTING */
        LANE_CONNECTING,  /* -> IDENTIFYING, DOWN */
        LANE_IDENTIFYING, /* -> IDLE, DOWN */
        LANE_IDLE,        /* -> OWNED, DOWN */
        LANE_OWNED,       /* by a turn -> CLEANING, IDLE, DOWN */
        LANE_CLEANING,    /* released; its last answers are still on the way -> IDLE, DOWN */
};

/* One thing the server still owes an answer for: a query, or (no `is_query`) the end of a pipeline. */
struct answer {
        STAILQ_ENTRY(answer) next;
        bool is_query;
        db_done_fn done; /* NULL: nobody asks */
        void *closure;
};
STAILQ_HEAD(answers, answer);

struct lane {
        struct db *db;
        unsigned number;
        enum lane_state state;
        PGconn *link;
        int socket;
        struct event *readable;
        struct event *writable;
        struct event *timer;    /* to retry, to connect, to the head of `owed` */
        struct answers owed;
        PGresult *result;       /* of the head of `owed`, until libpq has closed it */
        bool needs_sync;
        bool is_broken;         /* libpq refused to send; the pump closes the lane */
        struct db_turn *turn;
};

struct db_turn {
        TAILQ_ENTRY(db_turn) next; /* in db.waiting or db.running */
        struct db *db;             /* NULL once the db is gone */
        struct lane *lane;         /* NULL while waiting, and after the lane was lost */
        bool is_waiting;
        struct event *timer;       /* while waiting */
        db_ready_fn ready;
        void *closure;
        struct fault fault;        /* why the lane was lost, or why there will be none */
};
TAILQ_HEAD(turns, db_turn);

struct db {
        struct event_base *base;
        char *conninfo;
        char *user;
        char options[192];
        struct db_limits limits;
        const char *identify_sql;
        db_identify_fn identify;
        void *closure;
        struct event *pump;        /* whatever must not happen inside a caller's call */
        struct turns waiting;      /* for a lane, oldest first */
        unsigned waiting_count;
        struct turns running;
        struct answers cut;        /* queries of turns without a lane: told by the pump */
        struct fault last;         /* of the newest attempt; code FAULT_NONE after a success */
        struct lane *lanes;
        bool is_ending;
};

/* Adds to what is owed. `done` NULL: nobody asks. */
void answers_owe(struct answers *to, bool is_query, db_done_fn done, void *closure);
/* Tells everybody in `answers` that no answer will come. They may send, release and begin meanwhile. */
void answers_cut(struct answers *answers, const struct fault *why);

/* A lane that is down; it connects as soon as the loop runs, and for ever again. */
void lane_init(struct lane *lane, struct db *db, unsigned number);
void lane_done(struct lane *lane);
bool lane_is_up(const struct lane *lane);

/* Queues a query of this turn's pipeline; what fails is noticed by the pump. */
void lane_send(struct lane *lane, struct query *query, db_done_fn done, void *closure);
/* Ends the pipeline, if one is open. */
void lane_sync(struct lane *lane);
/*
 * Ends the pipeline and sends everything, or loses the lane; gives it back if it was released and owes
 * nothing.
 */
void lane_pump(struct lane *lane);
/* The one door through which a connection ends, whoever notices. */
void lane_lose(struct lane *lane, const struct fault *why);

/* From now; a timer that runs begins anew. */
void lane_start_timer(struct event *timer, unsigned ms);

/* Of db.c: has the pump run at the end of this loop turn. */
void db_pump_soon(struct db *db);
/* Of db.c: tells all who wait for a lane that they get none. */
void db_refuse_all(struct db *db, const struct fault *why);
