/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qcr-admin policy's own subcommands; each gets the words behind `policy`, its own name first. */
#pragma once

int admin_policy_check(int argc, char **argv);     /* offline */
int admin_policy_simulate(int argc, char **argv);  /* reads the store, writes nothing */
int admin_policy_add(int argc, char **argv);       /* the rest through the daemon */
int admin_policy_list(int argc, char **argv);
int admin_policy_show(int argc, char **argv);
int admin_policy_activate(int argc, char **argv);
int admin_policy_rollback(int argc, char **argv);
