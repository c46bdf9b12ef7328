/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/process.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "registry/base/log.h"
#include "registry/handover.h"
#include "registry/sandbox.h"
#include "registry/service/sealer.h"
#include "registry/view/follower.h"
#include "registry/worker.h"

/* More than one signature covers would only make a batch's paths longer. */
#define SEALER_BATCH_MAX 256u

static const char *const words[PROCESS_ROLES] = {
        [PROCESS_WORKER] = "worker",
        [PROCESS_SEALER] = "sealer",
        [PROCESS_FOLLOWER] = "follower",
};

const char *process_role_word(enum process_role role)
{
        return words[role];
}

bool process_role_parse(const char *word, enum process_role *ret)
{
        for (unsigned i = 0; i < PROCESS_ROLES; i++) {
                if (strcmp(word, words[i]) == 0) {
                        *ret = (enum process_role)i;
                        return true;
                }
        }
        return false;
}

/* ---------------------------------------------------------------- one process */

struct process {
        const struct process_identity *identity;
        struct config config;
        struct secret packet;
        struct handover handover; /* into packet */
        struct buffer certificate; /* copies: they outlive the key, and with it the packet */
        struct buffer publicity;
        struct sandbox sandbox;
};

static bool take_over(struct process *process, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        if (!secret_init(&process->packet, PROCESS_HANDOVER_LIMIT, why) ||
            !secret_fill(&process->packet, PROCESS_HANDOVER_FD, why))
                return false;
        close(PROCESS_HANDOVER_FD);
        if (!handover_decode(secret_slice(&process->packet), &process->handover))
                return fault_set(why, FAULT_INPUT, "what the parent handed over cannot be read");
        buffer_add_slice(&process->certificate, process->handover.certificate);
        buffer_add_slice(&process->publicity, process->handover.publicity);
        buffer_add_slice(&text, process->handover.config);
        return config_parse(buffer_text(&text), "handover", &process->config, why);
}

static bool prepare_sandbox(struct process *process, struct fault *why)
{
        const struct config *config = &process->config;
        const char *user[PROCESS_ROLES] = {
                [PROCESS_WORKER] = config->user_worker,
                [PROCESS_SEALER] = config->user_sealer,
                [PROCESS_FOLLOWER] = config->user_follower,
        };

        process->sandbox = (struct sandbox){
                .role = process->identity->role,
                .changes_user = geteuid() == 0,
                .parent = process->identity->parent,
                .view_directory = config->view_directory,
                .spool_directory = config->spool_directory,
                .evidence_directory = config->evidence_directory,
                .conninfo = config->database,
        };
        return !process->sandbox.changes_user ||
               config_user(user[process->identity->role], &process->sandbox.uid, &process->sandbox.gid, why);
}

static bool confine(void *closure, struct fault *why)
{
        struct process *process = closure;

        secret_done(&process->packet); /* TLS has its key */
        return sandbox_confine(&process->sandbox, why);
}

/* Key and view are open: the key's text goes, and with it every way to open anything. */
static bool seal(void *closure, struct fault *why)
{
        struct process *process = closure;

        secret_done(&process->packet);
        return sandbox_seal(why);
}

static int run_worker(struct process *process)
{
        struct worker_options options = {
                .config = &process->config,
                .identity = process->identity,
                .ca = process->handover.ca,
                .certificate = process->handover.certificate,
                .publicity = buffer_slice(&process->publicity),
                .key = process->handover.key,
        };

        return worker_run(&options, confine, process);
}

/* Channels stand behind one another from the first descriptor on. */
static size_t list_channels(const struct config *config, int ret[CONFIG_WORKERS_MAX])
{
        for (int i = 0; i < (int)config->workers; i++)
                ret[i] = PROCESS_FIRST_FD + i;
        return (size_t)config->workers;
}

static int run_sealer(struct process *process)
{
        int channels[CONFIG_WORKERS_MAX];
        struct sealer_options options = {
                .view_directory = process->config.view_directory,
                .origin = process->config.origin,
                .key_pem = process->handover.key,
                .certificates_pem = buffer_slice(&process->certificate),
                .channels = channels,
                .channel_count = list_channels(&process->config, channels),
                .stale_ms = (uint32_t)process->config.stale_ms,
                .stale_cap_ms = (uint32_t)process->config.stale_cap_ms,
                .ahead_ms = process->identity->ahead_ms,
                .clock_step_ms = process->config.clock_step_ms,
                .signatures_per_second = (uint32_t)process->config.signatures_per_second,
                .batch_max = SEALER_BATCH_MAX,
                .lock_down = seal,
                .closure = process,
        };

        return sealer_run(&options);
}

static int run_follower(struct process *process)
{
        int channels[CONFIG_WORKERS_MAX];
        CLEANUP(buffer) struct buffer ca = BUFFER_INIT;
        struct follower_options options = {
                .conninfo = process->config.database,
                .view_directory = process->config.view_directory,
                .origin = process->config.origin,
                .channels = channels,
                .channel_count = list_channels(&process->config, channels),
        };

        buffer_add_slice(&ca, process->handover.ca);
        options.ca_pem = buffer_slice(&ca);
        secret_done(&process->packet);
        return follower_run(&options);
}

static int live(struct process *process, struct fault *why)
{
        if (!take_over(process, why) || !prepare_sandbox(process, why))
                return PROCESS_EXIT_CONFIG;
        log_set_level((int)process->config.log_level);
        if (!sandbox_drop(&process->sandbox, why))
                return PROCESS_EXIT_CONFIG;
        switch (process->identity->role) {
        case PROCESS_WORKER: /* confines itself once it has read what TLS needs */
                return run_worker(process);
        case PROCESS_SEALER:
                return sandbox_confine(&process->sandbox, why) ? run_sealer(process) : PROCESS_EXIT_CONFIG;
        case PROCESS_FOLLOWER:
                return sandbox_confine(&process->sandbox, why) ? run_follower(process) : PROCESS_EXIT_CONFIG;
        }
        return PROCESS_EXIT_CONFIG;
}

/* What libraries open at their first use, they open now: later they may not. */
static void ready_libraries(void)
{
        tzset();               /* any calendar function of libc: /etc/localtime */
        json_object_seed(0);   /* jansson's hashes: /dev/urandom */
}

int process_run(const struct process_identity *identity)
{
        struct process *process = must_alloc(sizeof(*process));
        struct fault why = {0};
        char name[32];
        int status;

        process->identity = identity;
        if (identity->role == PROCESS_WORKER)
                snprintf(name, sizeof(name), "%s/%u", words[identity->role], identity->slot);
        else
                snprintf(name, sizeof(name), "%s", words[identity->role]);
        log_set_process(name);
        ready_libraries();
        prctl(PR_SET_NAME, name, 0, 0, 0);
        status = live(process, &why);
        if (why.code != FAULT_NONE)
                log_event(LOG_ERR, "process.start", "fault", fault_word(why.code), "why", why.text);
        secret_done(&process->packet);
        buffer_done(&process->certificate);
        buffer_done(&process->publicity);
        free(process);
        return status;
}
