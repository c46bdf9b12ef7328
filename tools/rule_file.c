/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/rule_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/home.h"

static const char *const folders[] = {"procedures", "codes", "calendars"};

#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

bool rule_file_read(const char *path, struct rule *ret, struct buffer *canonical, struct fault *why)
{
        CLEANUP(buffer) struct buffer json = BUFFER_INIT;
        struct document_error error;

        if (!file_read(path, &json, why))
                return false;
        if (rule_read(buffer_slice(&json), ret, canonical, &error))
                return fault_set(why, FAULT_INPUT, "%.200s: %s%s%s%s%s", path, error.path, error.path[0] ? ": " : "",
                        error.reason, error.value[0] ? ": " : "", error.value);
        return true;
}

void rule_files_done(struct rule_files *files)
{
        for (size_t i = 0; i < RULE_FILES_MAX; i++)
                buffer_done(&files->documents[i]);
}

/* A rule has one version that holds, and a registry one calendar. */
static bool is_in_the_way(const struct rule *there, const struct rule *rule)
{
        return there->kind == rule->kind && (rule->kind == RULE_CALENDAR || strcmp(there->id, rule->id) == 0);
}

static bool add_file(struct rule_files *files, const char *path, struct fault *why)
{
        struct founding_rule *rule = &files->rules[files->count];
        struct buffer *document = &files->documents[files->count];

        if (files->count == RULE_FILES_MAX)
                return fault_set(why, FAULT_LIMIT, "%.200s: more than %u rule documents", path, RULE_FILES_MAX);
        if (!rule_file_read(path, &rule->rule, document, why))
                return false;
        for (size_t i = 0; i < files->count; i++)
                if (is_in_the_way(&files->rules[i].rule, &rule->rule))
                        return fault_set(why, FAULT_INPUT, "%.200s: another file is %s %s", path,
                                rule_kind_word(rule->rule.kind), files->rules[i].rule.id);
        rule->document = buffer_slice(document);
        files->count++;
        return true;
}

static int is_rule(const struct dirent *entry)
{
        size_t length = strlen(entry->d_name);

        return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static bool add_folder(struct rule_files *files, const char *name, struct fault *why)
{
        char folder[HOME_PATH_MAX], path[HOME_PATH_MAX];
        struct dirent **entries;
        bool done = true;
        int count;

        if (!home_share_path(name, folder, why))
                return false;
        count = scandir(folder, &entries, is_rule, alphasort);
        if (count < 0)
                return errno == ENOENT || fault_set(why, FAULT_SYSTEM, "read %.200s: %s", folder, strerror(errno));
        for (int i = 0; i < count; i++) {
                done = done && home_path(folder, entries[i]->d_name, path, why) && add_file(files, path, why);
                free(entries[i]);
        }
        free(entries);
        return done;
}

bool rule_files_read(struct rule_files *ret, struct fault *why)
{
        for (size_t i = 0; i < FOLDERS; i++)
                if (!add_folder(ret, folders[i], why))
                        return false;
        return true;
}
