/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/qcr.h"

#include <string.h>
#include <time.h>

#include "registry/core/calendar.h"

bool qcr_read_instant(const char *text, int64_t *ret_ms)
{
        CLEANUP(buffer) struct buffer whole = BUFFER_INIT;
        size_t length = strlen(text);

        if (instant_parse(slice_text(text), ret_ms))
                return true;
        if (length < 2 || text[length - 1] != 'Z')
                return false;
        buffer_add(&whole, text, length - 1);
        buffer_add_text(&whole, ".000Z");
        return instant_parse(buffer_slice(&whole), ret_ms);
}

int64_t qcr_now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool qcr_connect(struct qcr *qcr, struct failure *ret)
{
        enum wire_trouble trouble;
        struct fault why;

        if (qcr->client)
                return true;
        if (!options_wire(&qcr->options, &qcr->wire, &why)) {
                failure_of_usage(ret, why.text, why.text);
                return false;
        }
        trouble = client_open(&qcr->client, &qcr->wire, &why);
        if (trouble)
                failure_of_trouble(ret, trouble, &why);
        return trouble == WIRE_FINE;
}

int qcr_ask(struct qcr *qcr, Qcr__Request *request, int body, struct client_answer *ret)
{
        enum wire_trouble trouble;
        struct failure failure;
        struct fault why;

        if (!qcr_connect(qcr, &failure))
                return qcr_fail(qcr, &failure);
        trouble = client_ask(qcr->client, request, ret, &why);
        if (trouble) {
                failure_of_trouble(&failure, trouble, &why);
                return qcr_fail(qcr, &failure);
        }
        if (ret->failure) {
                failure_of_answer(&failure, ret);
        } else if ((int)ret->reply->body_case != body) {
                failure_of_trouble(&failure, WIRE_LOST,
                        &(struct fault){.code = FAULT_PEER, .text = "the server's reply is to another question"});
        } else {
                return 0;
        }
        client_answer_done(ret);
        return qcr_fail(qcr, &failure);
}
