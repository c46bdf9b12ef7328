/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Who a connection comes from, for the cap per address: an IPv4 address, or an IPv6 /64, which is what one
 * subscriber is given and could otherwise use as 2^64 sources. The table counts open connections only, so it
 * never holds more rows than there are connections; its hash is keyed, since peers choose their addresses.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct address {
        uint8_t octets[16];
};

struct address_table;

struct address address_of(const struct sockaddr *from);
/* For the log: dotted, or the /64. `ret` has room for 64 octets. */
void address_text(const struct address *address, char *ret);

struct address_table *address_table_new(void);
void address_table_free(struct address_table *table);
/* Counts one more, unless `most` are there already. */
bool address_table_add(struct address_table *table, const struct address *address, unsigned most);
/* One that was added is gone. */
void address_table_drop(struct address_table *table, const struct address *address);
