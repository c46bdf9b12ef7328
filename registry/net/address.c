/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/net/address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "registry/base/bytes.h"

#define CHAINS 1024u /* a power of two */

struct row {
        struct row *next;
        struct address address;
        unsigned count;
};

struct address_table {
        uint64_t key[2];
        struct row *chains[CHAINS];
};

struct address address_of(const struct sockaddr *from)
{
        struct address ret = {0};

        if (from->sa_family == AF_INET) {
                const struct sockaddr_in *in = (const void *)from;

                ret.octets[10] = ret.octets[11] = 0xff; /* RFC 4291 2.5.5.2 */
                memcpy(ret.octets + 12, &in->sin_addr, 4);
        } else if (from->sa_family == AF_INET6) {
                const struct sockaddr_in6 *in6 = (const void *)from;
                bool mapped = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);

                memcpy(ret.octets, &in6->sin6_addr, mapped ? 16 : 8);
        }
        return ret;
}

void address_text(const struct address *address, char *ret)
{
        struct in6_addr in6;

        memcpy(&in6, address->octets, 16);
        if (IN6_IS_ADDR_V4MAPPED(&in6)) {
                inet_ntop(AF_INET, address->octets + 12, ret, 64);
                return;
        }
        inet_ntop(AF_INET6, address->octets, ret, 60);
        strcat(ret, "/64");
}

struct address_table *address_table_new(void)
{
        struct address_table *table = must_alloc(sizeof(*table));

        if (RAND_bytes((uint8_t *)table->key, sizeof(table->key)) != 1)
                abort();
        return table;
}

void address_table_free(struct address_table *table)
{
        if (!table)
                return;
        for (size_t i = 0; i < CHAINS; i++) {
                while (table->chains[i]) {
                        struct row *row = table->chains[i];

                        table->chains[i] = row->next;
                        free(row);
                }
        }
        free(table);
}

/* Where the row is, or the end of its chain. */
static struct row **find(struct address_table *table, const struct address *address)
{
        uint64_t word[2], mixed;
        struct row **at;

        memcpy(word, address->octets, sizeof(word));
        mixed = (word[0] ^ table->key[0]) * 0x9e3779b97f4a7c15u;
        mixed = (mixed ^ (mixed >> 29) ^ word[1] ^ table->key[1]) * 0xbf58476d1ce4e5b9u;
        at = &table->chains[(mixed >> 32) & (CHAINS - 1)];
        while (*at && memcmp(&(*at)->address, address, sizeof(*address)) != 0)
                at = &(*at)->next;
        return at;
}

bool address_table_add(struct address_table *table, const struct address *address, unsigned most)
{
        struct row **at = find(table, address);

        if (!*at) {
                if (most == 0)
                        return false;
                *at = must_alloc(sizeof(**at));
                (*at)->address = *address;
        }
        if ((*at)->count >= most)
                return false;
        (*at)->count++;
        return true;
}

void address_table_drop(struct address_table *table, const struct address *address)
{
        struct row **at = find(table, address), *row = *at;

        assert(row && row->count > 0);
        if (--row->count > 0)
                return;
        *at = row->next;
        free(row);
}
