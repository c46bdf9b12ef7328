/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/language.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN "qcr"
#define CHINESE "zh_CN"

static const char *of_environment(void)
{
        static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                const char *value = getenv(names[i]);

                if (value && *value)
                        return value;
        }
        return "C";
}

/* gettext looks at LANGUAGE only in a locale that is not plain C, and C.UTF-8 is always there. */
static void speak(const char *language)
{
        setlocale(LC_CTYPE, "C.UTF-8");
        setlocale(LC_MESSAGES, "C.UTF-8");
        setenv("LANGUAGE", language, 1);
}

bool language_start(const char *wanted)
{
        const char *directory = getenv("TEXTDOMAINDIR");

        bindtextdomain(DOMAIN, directory && *directory ? directory : QCR_LOCALE_DIRECTORY);
        bind_textdomain_codeset(DOMAIN, "UTF-8");
        textdomain(DOMAIN);
        if (wanted) {
                if (strcmp(wanted, "zh") != 0 && strcmp(wanted, "en") != 0)
                        return false;
                speak(*wanted == 'z' ? CHINESE : "en");
                return true;
        }
        if (!setlocale(LC_CTYPE, "") || !setlocale(LC_MESSAGES, "")) {
                if (strncmp(of_environment(), "zh", 2) == 0)
                        speak(CHINESE);
                else
                        setlocale(LC_CTYPE, "C.UTF-8");
        }
        return true;
}

/* The catalogue itself answers: whichever way it was found or not, the answer is what is shown. */
bool language_is_chinese(void)
{
        return strcmp(gettext("(language of these messages: en)"), "zh") == 0;
}
