/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/report_config.h"

#include <stdio.h>
#include <string.h>

#define FORMAT "qcr-reports/v1"
#define PER_MILLE_MAX 1000
#define COUNT_MAX 1000000 /* of brands */

/* -------------------------------------------------------------------- reading */

static const char *text_of(const struct place *at, char *ret, size_t size)
{
        const char *text = place_string(at);

        if (strlen(text) >= size)
                place_refuse(at, NULL, DOCUMENT_VALUE, "is too long");
        else if (!*text)
                place_refuse(at, NULL, DOCUMENT_VALUE, "is empty: it would be found in everything");
        snprintf(ret, size, "%s", text);
        return ret;
}

static void texts_read(const struct place *at, const char *key, struct report_texts *ret)
{
        struct place array = place_array(at, key, 0, REPORT_TEXTS_MAX);

        ret->count = (unsigned)place_count(&array);
        for (unsigned i = 0; i < ret->count; i++) {
                struct place item = place_item(&array, i);

                text_of(&item, ret->texts[i], sizeof(ret->texts[i]));
        }
}

static enum certificate_kind certificate_read(const struct place *at, const char *word)
{
        enum certificate_kind kind = CERTIFICATE_NONE;

        if (!certificate_kind_of_word(slice_text(word), &kind))
                place_refuse(at, NULL, DOCUMENT_VALUE, "is no kind of certificate");
        return kind;
}

static void class_read(const struct place *at, struct report_class *ret)
{
        static const char *const keys[] = {"class", "zh", "en", "products", NULL};

        place_only(at, keys);
        place_text(at, "class", ret->word, sizeof(ret->word));
        place_text(at, "zh", ret->zh, sizeof(ret->zh));
        place_text(at, "en", ret->en, sizeof(ret->en));
        texts_read(at, "products", &ret->words);
}

static void classes_read(const struct place *root, struct report_config *ret)
{
        struct place classes = place_array(root, "classes", 0, REPORT_CLASSES_MAX);

        ret->classes_count = (unsigned)place_count(&classes);
        for (unsigned i = 0; i < ret->classes_count; i++) {
                struct place item = place_item(&classes, i);

                class_read(&item, &ret->classes[i]);
                for (unsigned j = 0; j < i; j++)
                        if (strcmp(ret->classes[i].word, ret->classes[j].word) == 0)
                                place_refuse(&item, "class", DOCUMENT_VALUE, "is there already");
        }
}

static void denominators_read(const struct place *root, struct report_config *ret)
{
        static const char *const keys[] = {"certificate", "industries", NULL};
        struct place array = place_array(root, "denominators", 0, CERTIFICATE_LAST);
        char word[REPORT_INDICATOR];

        ret->denominators_count = (unsigned)place_count(&array);
        for (unsigned i = 0; i < ret->denominators_count; i++) {
                struct place item = place_item(&array, i);
                struct report_denominator *denominator = &ret->denominators[i];

                place_only(&item, keys);
                place_text(&item, "certificate", word, sizeof(word));
                denominator->certificate = certificate_read(&item, word);
                texts_read(&item, "industries", &denominator->industries);
                for (unsigned j = 0; j < i; j++)
                        if (denominator->certificate == ret->denominators[j].certificate)
                                place_refuse(&item, "certificate", DOCUMENT_VALUE, "is there already");
        }
}

static void file_read(const struct place *food, struct report_config *ret)
{
        static const char *const keys[] = {"types", "at_least", NULL};
        struct place file = place_object(food, "file");
        struct place types = place_array(&file, "types", 1, RECORD_TYPE_LAST);

        place_only(&file, keys);
        for (size_t i = 0; i < place_count(&types); i++) {
                struct place item = place_item(&types, i);
                enum record_type type = RECORD_PENALTY;

                if (!record_type_of_word(slice_text(place_string(&item)), &type))
                        place_refuse(&item, NULL, DOCUMENT_VALUE, "is no type of record");
                ret->file_types[type] = true;
        }
        ret->file_least = place_integer(&file, "at_least", 1, 1000);
}

static void food_read(const struct place *root, struct report_config *ret)
{
        static const char *const keys[] = {"certificates", "permits", "industries", "file", NULL};
        struct place food = place_object(root, "food");
        struct place certificates = place_array(&food, "certificates", 0, CERTIFICATE_LAST);

        place_only(&food, keys);
        for (size_t i = 0; i < place_count(&certificates); i++) {
                struct place item = place_item(&certificates, i);

                ret->food_certificates[certificate_read(&item, place_string(&item))] = true;
        }
        texts_read(&food, "permits", &ret->food_permits);
        texts_read(&food, "industries", &ret->food_industries);
        file_read(&food, ret);
}

static bool is_of_counts(const char *indicator)
{
        return strncmp(indicator, "brands", 6) == 0 || strncmp(indicator, "awards", 6) == 0;
}

/* What follows the dot must be something there can be figures of: a target nobody meets is a slip of the keyboard. */
static bool indicator_is_known(const struct report_config *config, const char *indicator)
{
        static const char *const kinds[] = {"famous-product", "known-mark", "geographic", "old-brand", "regional"};
        static const char *const plain[] = {"sampling", "food", "brands", "awards"};
        enum certificate_kind kind;

        for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
                if (strcmp(indicator, plain[i]) == 0)
                        return true;
        for (unsigned i = 0; strncmp(indicator, "sampling.", 9) == 0 && i < config->classes_count; i++)
                if (strcmp(indicator + 9, config->classes[i].word) == 0)
                        return true;
        for (size_t i = 0; strncmp(indicator, "brands.", 7) == 0 && i < sizeof(kinds) / sizeof(*kinds); i++)
                if (strcmp(indicator + 7, kinds[i]) == 0)
                        return true;
        return strncmp(indicator, "certificates.", 13) == 0 && certificate_kind_of_word(slice_text(indicator + 13), &kind);
}

static void target_read(const struct place *at, const struct report_config *config, struct report_target *ret)
{
        static const char *const keys[] = {"indicator", "year", "value", "whose", "source", NULL};

        place_only(at, keys);
        place_text(at, "indicator", ret->indicator, sizeof(ret->indicator));
        if (!indicator_is_known(config, ret->indicator))
                place_refuse(at, "indicator", DOCUMENT_VALUE, "is none that a report has");
        ret->year = place_integer(at, "year", 2000, 2999);
        ret->is_set = !place_is_null(at, "value");
        if (ret->is_set)
                ret->value = place_integer(at, "value", 0, is_of_counts(ret->indicator) ? COUNT_MAX : PER_MILLE_MAX);
        place_text(at, "whose", ret->whose, sizeof(ret->whose));
        place_text(at, "source", ret->source, sizeof(ret->source));
}

static void targets_read(const struct place *root, struct report_config *ret)
{
        struct place targets = place_array(root, "targets", 0, REPORT_TARGETS_MAX);
        unsigned count = (unsigned)place_count(&targets);

        for (unsigned i = 0; i < count; i++) {
                struct place item = place_item(&targets, i);

                target_read(&item, ret, &ret->targets[i]);
                if (report_config_target(ret, ret->targets[i].indicator, ret->targets[i].year))
                        place_refuse(&item, "indicator", DOCUMENT_VALUE, "has a target of this year already");
                ret->targets_count++;
        }
}

bool report_config_parse(struct slice json, struct report_config *ret, struct document_error *ret_error)
{
        static const char *const keys[] = {"format", "ending_days", "classes", "denominators", "food", "targets", NULL};
        struct document document;
        struct place root;
        char format[REPORT_NAME];
        bool is_sound;

        memset(ret, 0, sizeof(*ret));
        document_init(&document, json);
        root = document_root(&document);
        place_only(&root, keys);
        place_text(&root, "format", format, sizeof(format));
        if (strcmp(format, FORMAT) != 0)
                place_refuse(&root, "format", DOCUMENT_VALUE, "is not " FORMAT);
        ret->ending_days = place_integer(&root, "ending_days", 1, 366);
        classes_read(&root, ret);
        denominators_read(&root, ret);
        food_read(&root, ret);
        targets_read(&root, ret);
        is_sound = document_is_sound(&document);
        if (is_sound)
                document_hash(&document, ret->hash);
        else
                *ret_error = document.error;
        document_done(&document);
        return is_sound;
}

/* --------------------------------------------------------------------- asking */

const struct report_target *report_config_target(const struct report_config *config, const char *indicator, int32_t year)
{
        for (unsigned i = 0; i < config->targets_count; i++)
                if (config->targets[i].year == year && strcmp(config->targets[i].indicator, indicator) == 0)
                        return &config->targets[i];
        return NULL;
}

const struct report_class *report_config_class(const struct report_config *config, struct slice product)
{
        for (unsigned i = 0; i < config->classes_count; i++)
                if (report_texts_are_in(&config->classes[i].words, product))
                        return &config->classes[i];
        return NULL;
}

const struct report_denominator *report_config_denominator(const struct report_config *config, enum certificate_kind kind)
{
        for (unsigned i = 0; i < config->denominators_count; i++)
                if (config->denominators[i].certificate == kind)
                        return &config->denominators[i];
        return NULL;
}

bool report_texts_begin(const struct report_texts *texts, struct slice text)
{
        for (unsigned i = 0; i < texts->count; i++) {
                size_t length = strlen(texts->texts[i]);

                if (length <= text.length && memcmp(text.data, texts->texts[i], length) == 0)
                        return true;
        }
        return false;
}

bool report_texts_are_in(const struct report_texts *texts, struct slice text)
{
        for (unsigned i = 0; i < texts->count; i++) {
                size_t length = strlen(texts->texts[i]);

                for (size_t at = 0; at + length <= text.length; at++)
                        if (memcmp(text.data + at, texts->texts[i], length) == 0)
                                return true;
        }
        return false;
}
