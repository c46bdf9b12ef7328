/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/procedure.h"

#include <check.h>
#include <string.h>

#include "registry/core/role.h"
#include "tests/support/share_file.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/*
 * A third regime, with something of everything: it is data alone, so that it must be taken as it stands. Written
 * with ' for ".
 */
static const char third[] =
        "{'format':'qcr-procedure/1','id':'third','version':1,'names':{'zh':'第三','en':'third'},'basis':'b',\n"
        "'states':[{'state':'begun','zh':'始','en':'begun'},{'state':'was-heard','zh':'听','en':'heard'},\n"
        " {'state':'listed','zh':'列','en':'listed'},{'state':'over','zh':'终','en':'over','end':true}],\n"
        "'windows':[{'window':'reply','zh':'答','en':'reply','article':'a','opens':'tell','method_field':'method',\n"
        " 'deemed_word':'posted','deemed_days':30,'days':5,'unit':'working'}],\n"
        "'listing':{'starts':'service','terms':[{'to':'2025-12-31','months':12},{'from':'2026-01-01','months':24}],\n"
        " 'longer_field':'longer_until'},\n"
        "'actions':[\n"
        "{'action':'begin','zh':'立','en':'begin','article':'art. 1','from':[],'to':'begun','roles':['officer'],\n"
        " 'second_when_name_differs':['superior'],'fields':[\n"
        "  {'field':'ground','zh':'由','en':'ground','type':'code','required':true,'many':true,'table':'grounds',\n"
        "   'attribute':'field'},\n"
        "  {'field':'colleague','zh':'同事','en':'colleague','type':'person','required':true}],\n"
        " 'guards':[{'guard':'person','article':'g0','zh':'不','en':'no','hand':'named','field':'colleague'}]},\n"
        "{'action':'tell','zh':'告','en':'tell','article':'art. 2','from':['begun'],'roles':['officer'],\n"
        " 'day':'told_on','fields':[\n"
        "  {'field':'method','zh':'法','en':'method','type':'word','required':true,'words':[\n"
        "   {'word':'handed','zh':'递','en':'handed'},{'word':'posted','zh':'告示','en':'posted'}]},\n"
        "  {'field':'told_on','zh':'日','en':'day','type':'day','required':true},\n"
        "  {'field':'proof','zh':'证','en':'proof','type':'file','required':true,\n"
        "   'when':{'field':'method','words':['posted']}}]},\n"
        "{'action':'answer','zh':'答','en':'answer','article':'art. 3','from':['begun'],'to':'was-heard',\n"
        " 'roles':['officer'],'any_office':true,'day':'answered_on','fields':[\n"
        "  {'field':'answered_on','zh':'日','en':'day','type':'day','required':true},\n"
        "  {'field':'asked_on','zh':'日','en':'asked','type':'day','required':true}],\n"
        " 'guards':[{'guard':'lead','article':'g1','zh':'不','en':'no','field':'answered_on','other':'asked_on',\n"
        "  'days':7,'unit':'working'}]},\n"
        "{'action':'enlist','zh':'列','en':'list','article':'art. 4','from':['begun','was-heard'],'to':'listed',\n"
        " 'roles':['officer'],'second':['superior','reviewer'],'excludes_opener':true,'effect':'start',\n"
        " 'day':'listed_on','fields':[\n"
        "  {'field':'listed_on','zh':'日','en':'day','type':'day','required':true},\n"
        "  {'field':'number','zh':'号','en':'number','type':'number','required':true,'unique':true},\n"
        "  {'field':'basis','zh':'据','en':'basis','type':'code','required':true,'table':'bases'},\n"
        "  {'field':'longer_until','zh':'至','en':'until','type':'day','future':true}],\n"
        " 'guards':[\n"
        "  {'guard':'done','article':'g2','zh':'不','en':'no','action':'tell','since':'begin'},\n"
        "  {'guard':'window','article':'g3','zh':'不','en':'no','window':'reply','waiver':'answer'},\n"
        "  {'guard':'field','article':'g4','zh':'不','en':'no','action':'tell','field':'method','words':['posted'],\n"
        "   'valid':{'from':'2026-01-01'},'when':{'action':'answer','in_time':true}},\n"
        "  {'guard':'person','article':'g5','zh':'不','en':'no','hand':'second','actions':['begin','tell']},\n"
        "  {'guard':'order','article':'g6','zh':'不','en':'no','action':'tell'}]},\n"
        "{'action':'serve','zh':'送','en':'serve','article':'art. 5','from':['listed'],'roles':['officer'],\n"
        " 'effect':'serve','fields':[]},\n"
        "{'action':'show','zh':'示','en':'show','article':'art. 6','from':['listed'],'roles':['publisher'],\n"
        " 'effect':'publish','fields':[],'guards':[\n"
        "  {'guard':'code','article':'g7','zh':'不','en':'no','action':'enlist','field':'basis','attribute':'publish',\n"
        "   'value':'yes'},\n"
        "  {'guard':'in-force','article':'g8','zh':'不','en':'no'},\n"
        "  {'guard':'listed','article':'g9','zh':'不','en':'no'}]},\n"
        "{'action':'stay','zh':'停','en':'stay','article':'art. 7','from':['listed'],'roles':['officer'],\n"
        " 'effect':'suspend','fields':[]},\n"
        "{'action':'go-on','zh':'复','en':'go on','article':'art. 7','from':['listed'],'roles':['officer'],\n"
        " 'effect':'resume','fields':[]},\n"
        "{'action':'free','zh':'出','en':'free','article':'art. 8','from':['listed'],'to':'over',\n"
        " 'roles':['officer'],'second':['superior'],'effect':'end','effect_when':{'field':'how','words':['for-good']},\n"
        " 'day':'freed_on','fields':[\n"
        "  {'field':'freed_on','zh':'日','en':'day','type':'day','required':true},\n"
        "  {'field':'how','zh':'何','en':'how','type':'word','required':true,'words':[\n"
        "   {'word':'for-good','zh':'终','en':'for good'},{'word':'on-trial','zh':'试','en':'on trial'}]}],\n"
        " 'guards':[{'guard':'term','article':'g10','zh':'不','en':'no','action':'enlist','months':12},\n"
        "  {'guard':'over','article':'g11','zh':'不','en':'no','action':'enlist','field':'longer_until'},\n"
        "  {'guard':'not-done','article':'g12','zh':'不','en':'no','action':'stay','since':'go-on'}]},\n"
        "{'action':'take-back','zh':'恢','en':'take back','article':'art. 9','from':['over'],'to':'listed',\n"
        " 'roles':['officer'],'second':['superior'],'effect':'restore','day':'on','fields':[\n"
        "  {'field':'on','zh':'日','en':'day','type':'day','required':true}]},\n"
        "{'action':'hide','zh':'撤','en':'hide','article':'art. 9','from':['over'],'roles':['publisher'],\n"
        " 'effect':'unpublish','fields':[],'guards':[{'guard':'ended','article':'g13','zh':'不','en':'no'}]}],\n"
        "'deadlines':[\n"
        "{'deadline':'to-answer','zh':'限','en':'answer','article':'a','valid':{'to':'2030-12-31'},\n"
        " 'when':{'action':'tell','field':'method','words':['posted']},'from':['tell'],'until':['answer'],\n"
        " 'days':10,'unit':'days','window':'reply'},\n"
        "{'deadline':'to-list','zh':'限','en':'list','article':'a','from':['begin','tell'],'until':['enlist'],\n"
        " 'days':3,'unit':'months'}]}\n";

static struct buffer text;
static struct procedure *procedure;
static struct document_error error;

/* ' becomes ". */
static void add_quoted(struct buffer *to, const char *from)
{
        for (; *from; from++)
                buffer_add_u8(to, (uint8_t)(*from == '\'' ? '"' : *from));
}

static void set_up(void)
{
        text = BUFFER_INIT;
        procedure = NULL;
        add_quoted(&text, third);
}

static void tear_down(void)
{
        buffer_done(&text);
        procedure_free(procedure);
}

static void edit(const char *from, const char *to)
{
        CLEANUP(buffer) struct buffer a = BUFFER_INIT, b = BUFFER_INIT;

        add_quoted(&a, from);
        add_quoted(&b, to);
        text_edit(&text, buffer_text(&a), buffer_text(&b));
}

static enum document_flaw parse(void)
{
        return procedure_parse(buffer_slice(&text), &procedure, &error);
}

static void must_parse(void)
{
        ck_assert_msg(parse() == DOCUMENT_SOUND, "%s: %s: %s", error.path, error.value, error.reason);
}

static void load_shipped(const char *name)
{
        char path[128];

        snprintf(path, sizeof(path), "share/procedures/%s.json", name);
        buffer_clear(&text);
        source_read(path, &text);
        must_parse();
}

/* ---------------------------------------------------------------- refusals */

#define UNKNOWN DOCUMENT_UNKNOWN
#define MISSING DOCUMENT_MISSING
#define TYPE DOCUMENT_TYPE
#define VALUE DOCUMENT_VALUE

static const struct {
        const char *from;
        const char *to;
        enum document_flaw flaw;
        const char *path;
        const char *reason; /* how it begins */
} refused[] = {
        /* the document */
        {"{'format'", "'format'", DOCUMENT_SYNTAX, "", ""},
        {"'version':1,", "'version':1,'version':1,", DOCUMENT_SYNTAX, "", ""},
        {"qcr-procedure/1", "qcr-procedure/2", VALUE, "format", "is not the format"},
        {"'id':'third'", "'id':'Third'", VALUE, "id", "small letters"},
        {"'id':'third'", "'id':'the_third'", VALUE, "id", "small letters"},
        {"'version':1", "'version':0", VALUE, "version", ""},
        {"'basis':'b',", "", MISSING, "basis", ""},
        {"'basis':'b',", "'basis':'b','law':'b',", UNKNOWN, "law", ""},
        {"'names':{'zh':'第三',", "'names':{", MISSING, "names.zh", ""},

        /* states */
        {"{'state':'begun','zh':'始','en':'begun'}", "1", TYPE, "states[0]", ""},
        {"'state':'begun'", "'state':'be gun'", VALUE, "states[0].state", "small letters"},
        {"'state':'begun'", "'state':'a2345678901234567890123456789012x'", VALUE, "states[0].state", "the text is too"},
        {"{'state':'begun','zh':'始',", "{'state':'begun',", MISSING, "states[0].zh", ""},
        {"'en':'over','end':true", "'en':'over','end':1", TYPE, "states[3].end", ""},
        {"'en':'over','end':true", "'en':'over','final':true", UNKNOWN, "states[3].final", ""},
        {"'state':'was-heard'", "'state':'begun'", VALUE, "states[1].state", "is there already"},
        {"{'state':'over'", "{'state':'lost','zh':'失','en':'lost'},{'state':'over'", VALUE, "states[3].state",
                "no action leads to it"},
        {"'from':['begun'],'to':'was-heard'", "'from':['begun']", VALUE, "states[1].state", "no action leads to it"},
        /* it leads there, but only from there */
        {"'from':['begun'],'to':'was-heard'", "'from':['was-heard'],'to':'was-heard'", VALUE, "states[1].state",
                "no action leads to it"},

        /* windows */
        {"'window':'reply','zh':'答'", "'window':'re_ply','zh':'答'", VALUE, "windows[0].window", "small letters"},
        {"'opens':'tell'", "'opens':'told'", VALUE, "windows[0].opens", "no such action"},
        {"'opens':'tell',", "", MISSING, "windows[0].opens", ""},
        {"'method_field':'method'", "'method_field':'way'", VALUE, "windows[0].method_field", "the action has no"},
        {"'method_field':'method'", "'method_field':'told_on'", VALUE, "windows[0].method_field", "a field of words"},
        {"'deemed_word':'posted'", "'deemed_word':'sent'", VALUE, "windows[0].deemed_word", "is none of the field's"},
        {"'deemed_days':30,", "", MISSING, "windows[0].deemed_days", ""},
        {"'deemed_word':'posted',", "", MISSING, "windows[0].deemed_word", ""},
        {"'method_field':'method',\n", "\n", MISSING, "windows[0].method_field", ""},
        {"'days':5,'unit':'working'}]", "'days':0,'unit':'working'}]", VALUE, "windows[0].days", ""},
        {"'days':5,'unit':'working'}]", "'days':5,'unit':'weeks'}]", VALUE, "windows[0].unit",
                "working, days or months"},
        {"'unit':'working'}],\n'listing'", "'unit':'working'},{'window':'reply','zh':'答','en':'r','article':'a',"
                "'opens':'tell','days':5,'unit':'days'}],\n'listing'", VALUE, "windows[1].window", "is there already"},

        /* the listing */
        {"'starts':'service'", "'starts':'notice'", VALUE, "listing.starts", "decision or service"},
        {"'effect':'serve',", "", VALUE, "listing.starts", "no action serves"},
        {"'terms':[", "'ends':[],'terms':[", UNKNOWN, "listing.ends", ""},
        {"'months':12},{'from'", "'months':0},{'from'", VALUE, "listing.terms[0].months", ""},
        {"'from':'2026-01-01','months':24", "'from':'2025-12-31','months':24", VALUE, "listing.terms[1].from",
                "must begin on the day after"},
        {"'from':'2026-01-01','months':24", "'from':'2026-01-02','months':24", VALUE, "listing.terms[1].from",
                "must begin on the day after"},
        {"'from':'2026-01-01','months':24", "'months':24", VALUE, "listing.terms[1]", "must begin on the day after"},
        {"'from':'2026-01-01','months':24", "'from':'2026-01-01','to':'2026-12-31','months':24", VALUE,
                "listing.terms[1].to", "the last term holds for good"},
        {"{'to':'2025-12-31','months':12}", "{'from':'2021-09-01','to':'2025-12-31','months':12}", VALUE,
                "listing.terms[0].from", "the first term holds from ever"},
        {"{'to':'2025-12-31','months':12}", "{'months':12}", VALUE, "listing.terms[1]", "the term before has no last"},
        {"'from':'2026-01-01','months':24", "'from':'2026-01-01','to':'2025-12-31','months':24},{'from':'2026-01-01',"
                "'months':24", VALUE, "listing.terms[1].to", "comes before"},
        {"'terms':[{'to':'2025-12-31','months':12},{'from':'2026-01-01','months':24}]", "'terms':[]", VALUE,
                "listing.terms", ""},
        {"'terms':[{'to':'2025-12-31','months':12},{'from':'2026-01-01','months':24}],", "", VALUE,
                "listing.longer_field", "there is no term"},
        {"'longer_field':'longer_until'", "'longer_field':'longer'", VALUE, "listing.longer_field",
                "the action that starts"},
        {"'longer_field':'longer_until'", "'longer_field':'number'", VALUE, "listing.longer_field",
                "the action that starts"},
        {"'longer_field':'longer_until'", "'until_field':'longer_until'", VALUE, "listing.until_field",
                "the listing has terms"},
        {"'longer_field':'longer_until'", "'until_field':'longer'", VALUE, "listing.until_field",
                "the action that starts"},
        {"'longer_field':'longer_until'", "'seen_field':'seen'", VALUE, "listing.seen_field", "the action that starts"},
        {"'longer_field':'longer_until'", "'seen_field':'longer_until'", VALUE, "listing.seen_field",
                "the field must be required"},
        {"'longer_field':'longer_until'", "'lapse_days':30", VALUE, "listing.lapse_days", "no action confirms"},
        {"'longer_field':'longer_until'", "'lapse_days':0", VALUE, "listing.lapse_days", ""},
        {"'longer_field':'longer_until'", "'public':true", VALUE, "actions[5].effect", "the listing is public"},

        /* actions */
        {"'action':'begin'", "'action':'be_gin'", VALUE, "actions[0].action", "small letters"},
        {"'action':'tell','zh'", "'action':'begin','zh'", VALUE, "actions[1].action", "is there already"},
        {"'article':'art. 1',", "", MISSING, "actions[0].article", ""},
        {"'from':[],'to':'begun'", "'from':[]", MISSING, "actions[0].to", "an action that opens"},
        {"'from':[],'to':'begun'", "'from':['begun'],'to':'begun'", VALUE, "actions[0].second_when_name_differs",
                "only opening"},
        {"'from':[],'to':'begun','roles':['officer'],\n 'second_when_name_differs':['superior'],",
                "'from':['begun'],'to':'begun','roles':['officer'],", VALUE, "actions", "none opens a case"},
        {"'from':['begun'],'to':'was-heard'", "'from':['begin'],'to':'was-heard'", VALUE, "actions[2].from[0]",
                "no such state"},
        {"'from':['begun'],'to':'was-heard'", "'from':['begun','begun'],'to':'was-heard'", VALUE, "actions[2].from[1]",
                "is there already"},
        {"'from':['begun'],'to':'was-heard'", "'from':'begun','to':'was-heard'", TYPE, "actions[2].from", ""},
        {"'from':['begun'],'to':'was-heard'", "'from':['begun'],'to':'heard'", VALUE, "actions[2].to", "no such state"},
        {"'to':'begun','roles':['officer']", "'to':'begun','roles':[]", VALUE, "actions[0].roles", ""},
        {"'to':'begun','roles':['officer'],", "'to':'begun',", MISSING, "actions[0].roles", ""},
        {"'to':'begun','roles':['officer']", "'to':'begun','roles':['chief']", VALUE, "actions[0].roles[0]",
                "officer, "},
        {"'to':'begun','roles':['officer']", "'to':'begun','roles':['admin']", VALUE, "actions[0].roles[0]",
                "officer, "},
        {"'to':'begun','roles':['officer']", "'to':'begun','roles':['officer','officer']", VALUE, "actions[0].roles[1]",
                "is there already"},
        {"'second':['superior','reviewer']", "'second':[]", VALUE, "actions[3].second", ""},
        {"'second':['superior','reviewer']", "'second':['auditor']", VALUE, "actions[3].second[0]", "officer, "},
        {"'second':['superior','reviewer'],", "", VALUE, "actions[3].excludes_opener", "a later step"},
        {"'second_when_name_differs':['superior']", "'second':['superior'],'excludes_opener':true", VALUE,
                "actions[0].excludes_opener", "a later step"},
        {"'second_when_name_differs':['superior']", "'any_office':true", VALUE, "actions[0].any_office",
                "a case has no"},
        {"'any_office':true", "'any_office':'yes'", TYPE, "actions[2].any_office", ""},
        {"'effect':'start',\n", "'effect':'begin',\n", VALUE, "actions[3].effect", "start, serve"},
        {"'effect':'start',\n", "\n", VALUE, "actions", "none starts a listing"},
        {"'effect':'suspend',", "", VALUE, "actions[7].effect", "no action suspends"},
        {"'effect':'end','effect_when'", "'effect':'quash','effect_when'", VALUE, "actions[9].effect",
                "no action ends"},
        {"'effect':'end',", "", VALUE, "actions[8].effect_when", "the action has no effect"},
        {"'effect':'unpublish'", "'effect':'confirm'", VALUE, "actions[10].effect", "the listing has no seen_field"},
        {"'effect':'start',\n 'day':'listed_on',", "'effect':'start',\n", MISSING, "actions[3].day", "a term begins"},
        {"'effect':'restore','day':'on',", "'effect':'restore',", MISSING, "actions[9].day", "a term begins"},
        {"'day':'listed_on'", "'day':'listed'", VALUE, "actions[3].day", "the action has no such field"},
        {"'day':'listed_on'", "'day':'number'", VALUE, "actions[3].day", "a day field"},
        {"'day':'listed_on'", "'day':'longer_until'", VALUE, "actions[3].day", "the field must be required"},
        {"'field':'listed_on','zh':'日','en':'day','type':'day','required':true", "'field':'listed_on','zh':'日',"
                "'en':'day','type':'day','required':true,'many':true", VALUE, "actions[3].day", "the field must be"},
        {"'field':'listed_on','zh':'日','en':'day','type':'day','required':true", "'field':'listed_on','zh':'日',"
                "'en':'day','type':'day','required':true,'future':true", VALUE, "actions[3].day", "the field must be"},
        {"'effect':'serve','fields':[]", "'effect':'serve'", MISSING, "actions[4].fields", ""},
        {"'effect':'serve','fields':[]", "'effect':'serve','fields':[],'note':'n'", UNKNOWN, "actions[4].note", ""},
        {"'words':['for-good']", "'words':['forever']", VALUE, "actions[8].effect_when.words[0]",
                "is none of the field's"},

        /* fields */
        {"'field':'ground'", "'field':'gro-und'", VALUE, "actions[0].fields[0].field", "small letters"},
        {"'field':'colleague','zh'", "'field':'ground','zh'", VALUE, "actions[0].fields[1].field", "is there already"},
        {"'type':'person'", "'type':'people'", VALUE, "actions[0].fields[1].type", "text, day"},
        {"'type':'person','required':true", "'type':'person','needed':true", UNKNOWN, "actions[0].fields[1].needed",
                ""},
        {"'type':'person','required':true", "'type':'person','required':'yes'", TYPE, "actions[0].fields[1].required",
                ""},
        {"'type':'person'", "'type':'person','words':[]", VALUE, "actions[0].fields[1].words", "only a field of type"},
        {"'type':'person'", "'type':'person','table':'grounds'", VALUE, "actions[0].fields[1].table",
                "only a field of"},
        {"'type':'person'", "'type':'person','attribute':'a'", VALUE, "actions[0].fields[1].attribute",
                "only a field of"},
        {"'type':'person'", "'type':'person','unique':true", VALUE, "actions[0].fields[1].unique", "only a field of"},
        {"'type':'person'", "'type':'person','future':true", VALUE, "actions[0].fields[1].future", "only a field of"},
        {"'many':true,'table':'grounds'", "'many':true", MISSING, "actions[0].fields[0].table", ""},
        {"'table':'grounds'", "'table':'the grounds'", VALUE, "actions[0].fields[0].table", "the id of a code table"},
        {"'attribute':'field'", "'attribute':'the-field'", VALUE, "actions[0].fields[0].attribute", "small letters"},
        {"'type':'word','required':true,'words':[\n   {'word':'handed','zh':'递','en':'handed'},"
                "{'word':'posted','zh':'告示','en':'posted'}]", "'type':'word','required':true", MISSING,
                "actions[1].fields[0].words", ""},
        {"{'word':'handed','zh':'递','en':'handed'}", "{'word':'posted','zh':'递','en':'handed'}", VALUE,
                "actions[1].fields[0].words[1].word", "is there already"},
        {"{'word':'handed','zh':'递','en':'handed'}", "'handed'", TYPE, "actions[1].fields[0].words[0]", ""},
        {"{'word':'handed','zh':'递','en':'handed'}", "{'word':'handed','zh':'递'}", MISSING,
                "actions[1].fields[0].words[0].en", ""},
        {"{'word':'handed'", "{'word':'Handed'", VALUE, "actions[1].fields[0].words[0].word", "small letters"},

        /* when */
        {"'type':'file','required':true", "'type':'file'", VALUE, "actions[1].fields[2].when", "says when it is"},
        {"'when':{'field':'method','words':['posted']}}]", "'when':{'field':'way','words':['posted']}}]", VALUE,
                "actions[1].fields[2].when.field", "the action has no such"},
        {"'when':{'field':'method','words':['posted']}}]", "'when':{'field':'told_on','words':['posted']}}]", VALUE,
                "actions[1].fields[2].when.field", "a field of words"},
        {"'when':{'field':'method','words':['posted']}}]", "'when':{'field':'method','words':['sent']}}]", VALUE,
                "actions[1].fields[2].when.words[0]", "is none of"},
        {"'when':{'field':'method','words':['posted']}}]", "'when':{'field':'method','words':['posted','posted']}}]",
                VALUE, "actions[1].fields[2].when.words[1]", "is there already"},
        {"'when':{'field':'method','words':['posted']}}]", "'when':{'field':'method','words':[]}}]", VALUE,
                "actions[1].fields[2].when.words", ""},
        {"'when':{'field':'method','words':['posted']}}]", "'when':{'field':'method'}}]", MISSING,
                "actions[1].fields[2].when.words", ""},
        {"'when':{'field':'method','words':['posted']}}]", "'when':{}}]", MISSING, "actions[1].fields[2].when.field",
                ""},
        {"'when':{'field':'method','words':['posted']}}]",
                "'when':{'field':'method','words':['posted'],'in_time':true}}]", VALUE,
                "actions[1].fields[2].when.in_time", "an action is wanted"},
        {"'when':{'field':'method','words':['posted']}}]",
                "'when':{'field':'method','words':['posted'],'not':true}}]", UNKNOWN, "actions[1].fields[2].when.not",
                ""},
        {"'when':{'action':'answer','in_time':true}", "'when':{'action':'reply','in_time':true}", VALUE,
                "actions[3].guards[2].when.action", "no such action"},
        {"'when':{'action':'answer','in_time':true}", "'when':{'action':'tell','words':['posted']}", MISSING,
                "actions[3].guards[2].when.field", ""},
        /* nothing waits for it, so that it is never late */
        {"'when':{'action':'answer','in_time':true}", "'when':{'action':'tell','in_time':true}", VALUE,
                "actions[3].guards[2].when", "no deadline waits"},
        /* nobody would ask for it there */
        {"'effect_when':{'field':'how','words':['for-good']}", "'effect_when':{'action':'answer','in_time':true}", VALUE,
                "actions[8].effect_when", "only fields and guards"},
        {"'when':{'action':'tell','field':'method','words':['posted']},'from':['tell']",
                "'when':{'action':'answer','in_time':true},'from':['tell']", VALUE, "deadlines[0].when",
                "only fields and guards"},

        /* guards: all kinds */
        {"'guard':'lead'", "'guard':'led'", VALUE, "actions[2].guards[0].guard", "no such kind"},
        {"'guard':'lead','article':'g1',", "'guard':'lead',", MISSING, "actions[2].guards[0].article", ""},
        {"'guard':'lead','article':'g1','zh':'不',", "'guard':'lead','article':'g1',", MISSING,
                "actions[2].guards[0].zh", ""},
        {"'valid':{'from':'2026-01-01'}", "'valid':{}", VALUE, "actions[3].guards[2].valid", "from or to"},
        {"'valid':{'from':'2026-01-01'}", "'valid':{'from':'2026-01-01','to':'2025-12-31'}", VALUE,
                "actions[3].guards[2].valid.to", "comes before"},
        {"'valid':{'from':'2026-01-01'}", "'valid':{'from':'2026-13-01'}", VALUE, "actions[3].guards[2].valid.from",
                ""},
        {"'valid':{'from':'2026-01-01'}", "'valid':{'since':'2026-01-01'}", UNKNOWN,
                "actions[3].guards[2].valid.since", ""},
        /* each its own */
        {"'action':'tell','since':'begin'", "'since':'begin'", MISSING, "actions[3].guards[0].action", ""},
        {"'action':'tell','since':'begin'", "'action':'told','since':'begin'", VALUE, "actions[3].guards[0].action",
                "no such action"},
        {"'action':'tell','since':'begin'", "'action':'tell','since':'began'", VALUE, "actions[3].guards[0].since",
                "no such action"},
        {"'action':'tell','since':'begin'", "'action':'tell','months':3", UNKNOWN, "actions[3].guards[0].months", ""},
        {"'action':'stay','since':'go-on'", "'since':'go-on'", MISSING, "actions[8].guards[2].action", ""},
        {"'window':'reply','waiver':'answer'", "'waiver':'answer'", MISSING, "actions[3].guards[1].window", ""},
        {"'window':'reply','waiver':'answer'", "'window':'replies','waiver':'answer'", VALUE,
                "actions[3].guards[1].window", "no such window"},
        {"'window':'reply','waiver':'answer'", "'window':'reply','waiver':'answers'", VALUE,
                "actions[3].guards[1].waiver", "no such action"},
        {"'action':'enlist','months':12", "'action':'enlist'", MISSING, "actions[8].guards[0].months", ""},
        {"'action':'enlist','months':12", "'months':12", MISSING, "actions[8].guards[0].action", ""},
        {"'action':'enlist','months':12", "'action':'enlist','months':0", VALUE, "actions[8].guards[0].months", ""},
        {"{'guard':'in-force','article':'g8','zh':'不','en':'no'}",
                "{'guard':'in-force','article':'g8','zh':'不','en':'no','action':'enlist'}", UNKNOWN,
                "actions[5].guards[1].action", ""},
        {"{'guard':'ended','article':'g13','zh':'不','en':'no'}",
                "{'guard':'ended','article':'g13','zh':'不','en':'no','days':1}", UNKNOWN,
                "actions[10].guards[0].days", ""},
        {"'hand':'named','field':'colleague'", "'field':'colleague'", MISSING, "actions[0].guards[0].hand", ""},
        {"'hand':'named','field':'colleague'", "'hand':'third','field':'colleague'", VALUE, "actions[0].guards[0].hand",
                "first, second"},
        {"'hand':'named','field':'colleague'", "'hand':'named'", MISSING, "actions[0].guards[0].field", ""},
        {"'hand':'named','field':'colleague'", "'hand':'named','field':'ground'", VALUE, "actions[0].guards[0].field",
                "a person field"},
        {"'hand':'named','field':'colleague'", "'hand':'first'", MISSING, "actions[0].guards[0].actions", ""},
        {"'hand':'second','actions':['begin','tell']", "'hand':'second','actions':[]", VALUE,
                "actions[3].guards[3].actions", ""},
        {"'hand':'second','actions':['begin','tell']", "'hand':'second','actions':['begin','begin']", VALUE,
                "actions[3].guards[3].actions[1]", "is there already"},
        {"'hand':'second','actions':['begin','tell']", "'hand':'second','actions':['begin','told']", VALUE,
                "actions[3].guards[3].actions[1]", "no such action"},
        {"'hand':'second','actions':['begin','tell']", "'hand':'second','field':'number','actions':['begin']", VALUE,
                "actions[3].guards[3].field", "only a named hand"},
        {"'action':'tell','field':'method','words':['posted'],\n", "'action':'tell','field':'method',\n", MISSING,
                "actions[3].guards[2].words", ""},
        {"'action':'tell','field':'method','words':['posted'],\n", "'action':'tell','words':['posted'],\n", MISSING,
                "actions[3].guards[2].field", ""},
        {"'action':'tell','field':'method','words':['posted'],\n", "'field':'method','words':['posted'],\n", VALUE,
                "actions[3].guards[2].field", "the action has no such"},
        {"'action':'tell','field':'method','words':['posted'],\n",
                "'action':'tell','field':'told_on','words':['posted'],\n",
                VALUE, "actions[3].guards[2].field", "a field of words"},
        {"'action':'tell','field':'method','words':['posted'],\n",
                "'action':'tell','field':'method','words':['sent'],\n",
                VALUE, "actions[3].guards[2].words[0]", "is none of"},
        {"'action':'enlist','field':'basis','attribute'", "'field':'basis','attribute'", MISSING,
                "actions[5].guards[0].action", ""},
        {"'action':'enlist','field':'basis','attribute'", "'action':'enlist','field':'number','attribute'", VALUE,
                "actions[5].guards[0].field", "a field of codes"},
        {"'field':'basis','attribute':'publish',\n", "'field':'basis',\n", MISSING, "actions[5].guards[0].attribute",
                ""},
        {"'attribute':'publish',\n   'value':'yes'", "'attribute':'publish'", MISSING, "actions[5].guards[0].value",
                ""},
        {"'field':'answered_on','other':'asked_on'", "'field':'answered_on'", MISSING, "actions[2].guards[0].other",
                ""},
        {"'field':'answered_on','other':'asked_on'", "'field':'answered_on','other':'answered_on'", VALUE,
                "actions[2].guards[0].other", "is the same field"},
        {"'field':'answered_on','other':'asked_on'", "'field':'answered_on','other':'told_on'", VALUE,
                "actions[2].guards[0].other", "the action has no such"},
        {"'en':'asked','type':'day','required':true", "'en':'asked','type':'day'", VALUE, "actions[2].guards[0]",
                "both fields must be required"},
        {"'days':7,'unit':'working'", "'unit':'working'", MISSING, "actions[2].guards[0].days", ""},
        {"'days':7,'unit':'working'", "'days':7", MISSING, "actions[2].guards[0].unit", ""},
        {"'action':'enlist','field':'longer_until'", "'action':'enlist'", MISSING, "actions[8].guards[1].field", ""},
        {"'action':'enlist','field':'longer_until'", "'action':'enlist','field':'number'", VALUE,
                "actions[8].guards[1].field", "a day field"},
        {"'en':'no','action':'tell'}]", "'en':'no'}]", MISSING, "actions[3].guards[4].action", ""},
        /* what a case that is only now opened cannot have */
        {"'hand':'named','field':'colleague'}", "'hand':'named','field':'colleague','actions':['tell']}", VALUE,
                "actions[0].guards[0]", "a case that is only now opened"},
        {"{'guard':'person','article':'g0','zh':'不','en':'no','hand':'named','field':'colleague'}",
                "{'guard':'order','article':'g0','zh':'不','en':'no','action':'tell'}", VALUE, "actions[0].guards[0]",
                "a case that is only now opened"},
        {"{'guard':'person','article':'g0','zh':'不','en':'no','hand':'named','field':'colleague'}",
                "{'guard':'listed','article':'g0','zh':'不','en':'no'}", VALUE, "actions[0].guards[0]",
                "a case that is only now opened"},

        /* deadlines */
        {"'deadline':'to-list'", "'deadline':'to-answer'", VALUE, "deadlines[1].deadline", "is there already"},
        {"'until':['enlist'],", "", MISSING, "deadlines[1].until", ""},
        {"'until':['enlist']", "'until':[]", VALUE, "deadlines[1].until", ""},
        {"'until':['enlist']", "'until':['list']", VALUE, "deadlines[1].until[0]", "no such action"},
        {"'from':['begin','tell']", "'from':[]", VALUE, "deadlines[1].from", ""},
        {"'from':['begin','tell']", "'from':['begin','told']", VALUE, "deadlines[1].from[1]", "no such action"},
        {"'from':['begin','tell']", "'from':['begin','begin']", VALUE, "deadlines[1].from[1]", "is there already"},
        {"'days':3,'unit':'months'", "'days':0,'unit':'months'", VALUE, "deadlines[1].days", ""},
        {"'days':3,'unit':'months'", "'days':3,'unit':'years'", VALUE, "deadlines[1].unit", ""},
        {"'days':3,'unit':'months'", "'days':3,'unit':'months','window':'reply','late':true", UNKNOWN,
                "deadlines[1].late", ""},
        {"'days':3,'unit':'months'", "'days':3,'unit':'months','day':'nothing'", VALUE, "deadlines[1].day",
                "is no day field"},
        {"'unit':'days','window':'reply'", "'unit':'days','window':'answer'", VALUE, "deadlines[0].window",
                "no such window"},
        {"'from':['tell'],'until':['answer']", "'from':['begin'],'until':['answer']", VALUE, "deadlines[0].window",
                "is opened by none"},
        {"'when':{'action':'tell','field':'method','words':['posted']},'from'",
                "'when':{'field':'method','words':['posted']},'from'", MISSING, "deadlines[0].when.action", ""},
        {"'valid':{'to':'2030-12-31'}", "'valid':[]", TYPE, "deadlines[0].valid", ""},
};

START_TEST(a_procedure_that_contradicts_itself_is_refused_where_it_does)
{
        edit(refused[_i].from, refused[_i].to);
        ck_assert_msg(parse() == refused[_i].flaw, "%s -> %s: %s at %s: %s", refused[_i].from, refused[_i].to,
                document_flaw_word(error.flaw), error.path, error.reason);
        ck_assert_msg(strcmp(error.path, refused[_i].path) == 0, "%s -> %s: %s: %s", refused[_i].from, refused[_i].to,
                error.path, error.reason);
        ck_assert_str_ne(error.reason, "");
        ck_assert_msg(strncmp(error.reason, refused[_i].reason, strlen(refused[_i].reason)) == 0, "%s: %s", error.path,
                error.reason);
        ck_assert_ptr_null(procedure);
}
END_TEST

/* `count` items: `{'key':'xN','zh':...}` and what else such an item needs. */
static void make_items(struct buffer *to, const char *key, const char *more, unsigned count)
{
        for (unsigned i = 0; i < count; i++) {
                buffer_add_format(to, ",{'%s':'x%u','zh':'甲','en':'a'", key, i);
                buffer_add_text(to, more);
                buffer_add_text(to, "}");
        }
}

static const struct {
        const char *at; /* items are put behind it */
        const char *key;
        const char *more;
        unsigned there;
        unsigned most;
        const char *path;
} maxima[] = {
        {"'en':'over','end':true}", "state", "", 4, PROCEDURE_STATES_MAX, "states"},
        {"'unit':'working'}", "window", ",'article':'a','opens':'tell','days':1,'unit':'days'", 1,
                PROCEDURE_WINDOWS_MAX,
                "windows"},
        {"{'guard':'ended','article':'g13','zh':'不','en':'no'}]}", "action",
                ",'article':'a','from':['begun'],'roles':['officer'],'fields':[]", 11, PROCEDURE_ACTIONS_MAX,
                "actions"},
        {"'field':'on','zh':'日','en':'day','type':'day','required':true}", "field", ",'type':'text'", 1,
                PROCEDURE_FIELDS_MAX, "actions[9].fields"},
        {"{'word':'on-trial','zh':'试','en':'on trial'}", "word", "", 2, PROCEDURE_WORDS_MAX,
                "actions[8].fields[1].words"},
        {"'days':3,'unit':'months'}", "deadline",
                ",'article':'a','from':['begin'],'until':['tell'],'days':1,'unit':'days'", 2, PROCEDURE_DEADLINES_MAX,
                "deadlines"},
};

START_TEST(there_are_no_more_of_a_thing_than_there_may_be)
{
        for (unsigned over = 0; over <= 1; over++) {
                CLEANUP(buffer) struct buffer items = BUFFER_INIT;

                tear_down();
                set_up();
                buffer_add_text(&items, maxima[_i].at);
                make_items(&items, maxima[_i].key, maxima[_i].more, maxima[_i].most - maxima[_i].there + over);
                edit(maxima[_i].at, buffer_text(&items));
                /* states beyond the ones in use are reached by nothing, which is said of the first of them */
                if (parse() == DOCUMENT_SOUND)
                        ck_assert_uint_eq(over, 0);
                else
                        ck_assert_str_eq(error.path, over ? maxima[_i].path : "states[4].state");
        }
}
END_TEST

START_TEST(guards_of_an_action_are_at_most_24)
{
        CLEANUP(buffer) struct buffer guards = BUFFER_INIT;

        buffer_add_text(&guards, "'guards':[{'guard':'ended','article':'g13','zh':'不','en':'no'}");
        for (unsigned i = 1; i < PROCEDURE_GUARDS_MAX; i++)
                buffer_add_text(&guards, ",{'guard':'listed','article':'g','zh':'不','en':'no'}");
        edit("'guards':[{'guard':'ended','article':'g13','zh':'不','en':'no'}", buffer_text(&guards));
        must_parse();
        ck_assert_uint_eq(procedure->actions[10].guard_count, PROCEDURE_GUARDS_MAX);
        procedure_free(procedure);
        edit("'guards':[{'guard':'ended','article':'g13','zh':'不','en':'no'}",
                "'guards':[{'guard':'ended','article':'g13','zh':'不','en':'no'},"
                "{'guard':'ended','article':'g13','zh':'不','en':'no'}");
        ck_assert_int_eq(parse(), DOCUMENT_VALUE);
        ck_assert_str_eq(error.path, "actions[10].guards");
}
END_TEST

/* ---------------------------------------------------------------- what is read */

static const struct procedure_action *action_of(const char *word)
{
        unsigned index = procedure_action_find(procedure, slice_text(word));

        ck_assert_msg(index != PROCEDURE_NONE, "%s", word);
        return &procedure->actions[index];
}

static unsigned index_of(const char *word)
{
        return procedure_action_find(procedure, slice_text(word));
}

START_TEST(another_regime_is_data_alone)
{
        const struct procedure_action *begin, *enlist;

        must_parse();
        ck_assert_str_eq(procedure->id, "third");
        ck_assert_int_eq(procedure->version, 1);
        ck_assert_str_eq(procedure->zh, "第三");
        ck_assert_uint_eq(procedure->state_count, 4);
        ck_assert(procedure->states[3].is_end && !procedure->states[2].is_end);
        begin = action_of("begin");
        ck_assert_uint_eq(begin->from, PROCEDURE_FROM_NONE);
        ck_assert_uint_eq(begin->to, 0);
        ck_assert_uint_eq(begin->roles, ROLE_OFFICER);
        ck_assert_uint_eq(begin->second_roles, 0);
        ck_assert_uint_eq(begin->name_second_roles, ROLE_SUPERIOR);
        ck_assert_ptr_null(begin->day_field);
        enlist = action_of("enlist");
        ck_assert_uint_eq(enlist->from, 3);
        ck_assert_uint_eq(enlist->to, 2);
        ck_assert_uint_eq(enlist->second_roles, ROLE_SUPERIOR | ROLE_REVIEWER);
        ck_assert(enlist->excludes_opener && !enlist->is_any_office);
        ck_assert_int_eq(enlist->effect, EFFECT_START);
        ck_assert_str_eq(enlist->day_field, "listed_on");
        ck_assert(action_of("answer")->is_any_office);
        ck_assert_uint_eq(action_of("serve")->to, PROCEDURE_NONE);
        ck_assert_int_eq(action_of("serve")->effect, EFFECT_SERVE);
        ck_assert(action_of("free")->effect_when.is_there);
        ck_assert_str_eq(action_of("free")->effect_when.words[0], "for-good");
}
END_TEST

START_TEST(fields_keep_what_the_document_says_of_them)
{
        const struct procedure_field *ground, *method, *proof, *number, *until;

        must_parse();
        ground = procedure_field_find(action_of("begin"), slice_text("ground"));
        ck_assert(ground->type == FIELD_CODE && ground->is_required && ground->is_many);
        ck_assert_str_eq(ground->table, "grounds");
        ck_assert_str_eq(ground->attribute, "field");
        method = procedure_field_find(action_of("tell"), slice_text("method"));
        ck_assert(method->type == FIELD_WORD && method->word_count == 2 && !method->is_many);
        ck_assert_str_eq(method->words[1], "posted");
        ck_assert_str_eq(method->words_zh[1], "告示");
        ck_assert_str_eq(method->words_en[0], "handed");
        proof = procedure_field_find(action_of("tell"), slice_text("proof"));
        ck_assert(proof->type == FIELD_FILE && proof->is_required && proof->when.is_there);
        ck_assert_uint_eq(proof->when.action, PROCEDURE_NONE);
        ck_assert_str_eq(proof->when.field, "method");
        number = procedure_field_find(action_of("enlist"), slice_text("number"));
        ck_assert(number->type == FIELD_NUMBER && number->is_unique && !number->may_be_future);
        until = procedure_field_find(action_of("enlist"), slice_text("longer_until"));
        ck_assert(until->type == FIELD_DAY && until->may_be_future && !until->is_required);
        ck_assert_ptr_null(procedure_field_find(action_of("enlist"), slice_text("longer")));
}
END_TEST

START_TEST(guards_keep_what_the_document_says_of_them)
{
        const struct procedure_guard *g;

        must_parse();
        g = action_of("begin")->guards;
        ck_assert(g->kind == GUARD_PERSON && g->hand == HAND_NAMED && g->action_count == 0);
        ck_assert_str_eq(g->field, "colleague");
        g = action_of("answer")->guards;
        ck_assert(g->kind == GUARD_LEAD && g->days == 7 && g->unit == UNIT_WORKING);
        ck_assert_str_eq(g->field, "answered_on");
        ck_assert_str_eq(g->other, "asked_on");
        g = action_of("enlist")->guards;
        ck_assert_uint_eq(action_of("enlist")->guard_count, 5);
        ck_assert(g[0].kind == GUARD_DONE && g[0].action == index_of("tell") && g[0].since == index_of("begin"));
        ck_assert_str_eq(g[0].article, "g2");
        ck_assert(g[1].kind == GUARD_WINDOW && g[1].window == 0 && g[1].waiver == index_of("answer"));
        ck_assert(g[1].action == PROCEDURE_NONE && g[1].since == PROCEDURE_NONE && !g[1].when.is_there);
        ck_assert(g[2].kind == GUARD_FIELD && g[2].action == index_of("tell") && g[2].word_count == 1);
        ck_assert(g[2].when.action == index_of("answer") && g[2].when.in_time && !g[2].when.field);
        ck_assert(g[3].kind == GUARD_PERSON && g[3].hand == HAND_SECOND && g[3].action_count == 2);
        ck_assert_uint_eq(g[3].actions[1], index_of("tell"));
        ck_assert(g[4].kind == GUARD_ORDER && g[4].action == index_of("tell") && g[4].window == PROCEDURE_NONE);
        g = action_of("show")->guards;
        ck_assert(g[0].kind == GUARD_CODE && g[0].action == index_of("enlist"));
        ck_assert_str_eq(g[0].attribute, "publish");
        ck_assert_str_eq(g[0].value, "yes");
        ck_assert(g[1].kind == GUARD_IN_FORCE && g[2].kind == GUARD_LISTED);
        g = action_of("free")->guards;
        ck_assert(g[0].kind == GUARD_TERM && g[0].months == 12);
        ck_assert(g[1].kind == GUARD_OVER && g[2].kind == GUARD_NOT_DONE);
        ck_assert_str_eq(g[1].field, "longer_until");
        ck_assert_int_eq(action_of("hide")->guards[0].kind, GUARD_ENDED);
}
END_TEST

START_TEST(windows_deadlines_and_the_listing_keep_what_the_document_says_of_them)
{
        const struct procedure_window *window;
        const struct procedure_deadline *deadline;

        must_parse();
        window = &procedure->windows[0];
        ck_assert(window->opens == index_of("tell") && window->days == 5 && window->unit == UNIT_WORKING);
        ck_assert_str_eq(window->method_field, "method");
        ck_assert_str_eq(window->deemed_word, "posted");
        ck_assert_int_eq(window->deemed_days, 30);
        deadline = &procedure->deadlines[0];
        ck_assert(deadline->from_window && deadline->window == 0 && deadline->days == 10);
        ck_assert(deadline->unit == UNIT_DAYS && deadline->when.action == index_of("tell"));
        ck_assert(day_is_none(deadline->validity.from) && !day_is_none(deadline->validity.to));
        deadline = &procedure->deadlines[1];
        ck_assert(!deadline->from_window && deadline->window == PROCEDURE_NONE && deadline->unit == UNIT_MONTHS);
        ck_assert(deadline->from_count == 2 && deadline->from[1] == index_of("tell"));
        ck_assert(deadline->until_count == 1 && deadline->until[0] == index_of("enlist"));
        ck_assert(procedure->starts_with_service && procedure->term_count == 2 && procedure->terms[1].months == 24);
        ck_assert_str_eq(procedure->longer_field, "longer_until");
        ck_assert(!procedure->until_field && !procedure->seen_field && !procedure->lapse_days && !procedure->is_public);
}
END_TEST

START_TEST(what_is_left_out_is_not_there)
{
        edit("'method_field':'method',\n 'deemed_word':'posted','deemed_days':30,", "");
        edit(",\n 'longer_field':'longer_until'", "");
        edit("'terms':[{'to':'2025-12-31','months':12},{'from':'2026-01-01','months':24}]", "'public':false");
        edit(",'since':'begin'", "");
        must_parse();
        ck_assert_ptr_null(procedure->windows[0].method_field);
        ck_assert_uint_eq(procedure->term_count, 0);
        ck_assert_ptr_null(procedure->longer_field);
        ck_assert_uint_eq(action_of("enlist")->guards[0].since, PROCEDURE_NONE);
}
END_TEST

static const struct {
        const char *from, *to, *day;
        bool is_valid;
} validities[] = {
        {"-", "-", "1600-01-01", true},
        {"2021-09-01", "-", "2021-08-31", false},
        {"2021-09-01", "-", "2021-09-01", true},
        {"-", "2025-12-24", "2025-12-24", true},
        {"-", "2025-12-24", "2025-12-25", false},
        {"2024-02-29", "2024-02-29", "2024-02-29", true},
        {"2024-02-29", "2024-02-29", "2024-03-01", false},
        {"2024-02-29", "2024-02-29", "2024-02-28", false},
};

START_TEST(a_rule_holds_on_its_first_and_on_its_last_day)
{
        struct procedure_validity validity = {DAY_NONE, DAY_NONE};
        struct day day;

        if (validities[_i].from[0] != '-')
                ck_assert(day_parse(slice_text(validities[_i].from), &validity.from));
        if (validities[_i].to[0] != '-')
                ck_assert(day_parse(slice_text(validities[_i].to), &validity.to));
        ck_assert(day_parse(slice_text(validities[_i].day), &day));
        ck_assert_int_eq(procedure_is_valid_on(&validity, day), validities[_i].is_valid);
}
END_TEST

/* ---------------------------------------------------------------- transitions */

static void add_transition(void *closure, const char *from, const char *action, const char *to, bool needs_second,
        bool excludes_opener)
{
        buffer_add_format(closure, "%s %s %s%s%s\n", from ? from : "-", action, to, needs_second ? " 2" : "",
                excludes_opener ? " x" : "");
}

START_TEST(every_move_is_a_row_and_one_whose_second_person_depends_is_two)
{
        CLEANUP(buffer) struct buffer rows = BUFFER_INIT;

        must_parse();
        procedure_each_transition(procedure, add_transition, &rows);
        ck_assert_str_eq(buffer_text(&rows),
                "- begin begun\n"
                "- begin begun 2\n"
                "begun tell begun\n"
                "begun answer was-heard\n"
                "begun enlist listed 2 x\n"
                "was-heard enlist listed 2 x\n"
                "listed serve listed\n"
                "listed show listed\n"
                "listed stay listed\n"
                "listed go-on listed\n"
                "listed free over 2\n"
                "over take-back listed 2\n"
                "over hide over\n");
}
END_TEST

START_TEST(opening_that_always_needs_two_is_one_row)
{
        CLEANUP(buffer) struct buffer rows = BUFFER_INIT;

        edit("'second_when_name_differs':['superior']",
                "'second':['reviewer'],'second_when_name_differs':['superior']");
        must_parse();
        procedure_each_transition(procedure, add_transition, &rows);
        ck_assert(!strncmp(buffer_text(&rows), "- begin begun 2\nbegun tell", 26));
}
END_TEST

/* ---------------------------------------------------------------- pictures */

START_TEST(the_diagram_shows_each_state_and_each_move)
{
        CLEANUP(buffer) struct buffer english = BUFFER_INIT, chinese = BUFFER_INIT;

        edit("'en':'heard'", "'en':'heard: \\\"yes\\\"; #1'");
        must_parse();
        procedure_diagram(procedure, false, &english);
        ck_assert_str_eq(buffer_text(&english),
                "stateDiagram-v2\n"
                "    state \"begun\" as s_begun\n"
                "    state \"heard： 'yes'； ＃1\" as s_was_heard\n"
                "    state \"listed\" as s_listed\n"
                "    state \"over\" as s_over\n"
                "    [*] --> s_begun : begin\n"
                "    s_begun --> s_begun : tell\n"
                "    s_begun --> s_was_heard : answer\n"
                "    s_begun --> s_listed : enlist²\n"
                "    s_was_heard --> s_listed : enlist²\n"
                "    s_listed --> s_listed : serve, show, stay, go-on\n"
                "    s_listed --> s_over : free²\n"
                "    s_over --> s_listed : take-back²\n"
                "    s_over --> s_over : hide\n"
                "    s_over --> [*]\n");
        procedure_diagram(procedure, true, &chinese);
        ck_assert_ptr_nonnull(strstr(buffer_text(&chinese), "    state \"听\" as s_was_heard\n"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&chinese), "    s_listed --> s_listed : 送、示、停、复\n"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&chinese), "    s_begun --> s_listed : 列²\n"));
}
END_TEST

START_TEST(the_matrix_says_who_takes_each_step_from_each_state)
{
        CLEANUP(buffer) struct buffer matrix = BUFFER_INIT;

        must_parse();
        procedure_matrix(procedure, &matrix);
        ck_assert_str_eq(buffer_text(&matrix),
                "| action | from | to | acts or proposes | confirms | office |\n"
                "|---|---|---|---|---|---|\n"
                "| begin | - | begun | officer | another name: superior | any |\n"
                "| tell | begun | begun | officer | - | the case's |\n"
                "| answer | begun | was-heard | officer | - | any |\n"
                "| enlist | begun | listed | officer | reviewer, superior; not the opener | the case's |\n"
                "| enlist | was-heard | listed | officer | reviewer, superior; not the opener | the case's |\n"
                "| serve | listed | listed | officer | - | the case's |\n"
                "| show | listed | listed | publisher | - | the case's |\n"
                "| stay | listed | listed | officer | - | the case's |\n"
                "| go-on | listed | listed | officer | - | the case's |\n"
                "| free | listed | over | officer | superior | the case's |\n"
                "| take-back | over | listed | officer | superior | the case's |\n"
                "| hide | over | over | publisher | - | the case's |\n");
}
END_TEST

static const char *const procedures[] = {"samr-44", "mirror"};

START_TEST(the_manual_shows_the_diagrams_and_matrices_of_the_shipped_procedures)
{
        CLEANUP(buffer) struct buffer manual = BUFFER_INIT;

        source_read("docs/PROCEDURE.md", &manual);
        load_shipped(procedures[_i]);
        for (int part = 0; part < 3; part++) {
                CLEANUP(buffer) struct buffer drawn = BUFFER_INIT;

                buffer_add_text(&drawn, part < 2 ? "\n```mermaid\n" : "\n");
                if (part < 2)
                        procedure_diagram(procedure, part, &drawn);
                else
                        procedure_matrix(procedure, &drawn);
                buffer_add_text(&drawn, part < 2 ? "```\n" : "\n");
                ck_assert_msg(strstr(buffer_text(&manual), buffer_text(&drawn)) != NULL,
                        "docs/PROCEDURE.md does not have this of %s:\n%s", procedures[_i], buffer_text(&drawn));
        }
}
END_TEST

/* ---------------------------------------------------------------- what is shipped */

/* What makes the answer worse, or takes it away, is never one person's. */
static bool needs_two(enum procedure_effect effect)
{
        switch (effect) {
        case EFFECT_START:
        case EFFECT_SUSPEND:
        case EFFECT_RESUME:
        case EFFECT_END:
        case EFFECT_RESTORE:
        case EFFECT_QUASH:
        case EFFECT_CONFIRM:
                return true;
        case EFFECT_NONE:
        case EFFECT_SERVE:
        case EFFECT_PUBLISH:
        case EFFECT_UNPUBLISH:
                return false;
        }
        return false;
}

START_TEST(in_shipped_procedures_nobody_lists_or_unlists_alone)
{
        load_shipped(procedures[_i]);
        for (unsigned i = 0; i < procedure->action_count; i++)
                ck_assert_msg(!needs_two(procedure->actions[i].effect) || procedure->actions[i].second_roles != 0, "%s",
                        procedure->actions[i].word);
}
END_TEST

START_TEST(in_shipped_procedures_every_event_has_the_day_of_its_paper)
{
        load_shipped(procedures[_i]);
        for (unsigned i = 0; i < procedure->action_count; i++)
                ck_assert_msg(procedure->actions[i].day_field != NULL, "%s", procedure->actions[i].word);
}
END_TEST

START_TEST(a_decision_to_list_asks_for_all_that_the_law_asks_for)
{
        static const char *const needed[] = {"serve-notice", "hearing-held", "legal-review", "discussion", "consent"};
        const struct procedure_action *decide;

        load_shipped("samr-44");
        decide = action_of("decide");
        ck_assert(decide->excludes_opener);
        for (int n = 0; n < COUNT(needed); n++) {
                bool is_asked = false;

                for (unsigned i = 0; i < decide->guard_count; i++)
                        is_asked |= decide->guards[i].kind == GUARD_DONE &&
                                    decide->guards[i].action == index_of(needed[n]);
                ck_assert_msg(is_asked, "%s", needed[n]);
        }
        ck_assert_int_eq(procedure->terms[0].months, 36);
        ck_assert(!procedure->starts_with_service && !procedure->is_public && procedure->lapse_days == 0);
}
END_TEST

START_TEST(a_mirrored_listing_lapses_when_its_source_is_not_read_and_its_deadline_warns_before)
{
        load_shipped("mirror");
        ck_assert_int_eq(procedure->lapse_days, 30);
        ck_assert_str_eq(procedure->seen_field, "fetched_on");
        ck_assert_str_eq(procedure->until_field, "until");
        ck_assert(procedure->is_public && procedure->term_count == 0);
        ck_assert_int_eq(procedure->deadlines[0].unit, UNIT_DAYS);
        /* A deadline that ends on a holiday is put off by ten days at most. */
        ck_assert_int_le(procedure->deadlines[0].days + 10, procedure->lapse_days);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("procedure");
        TCase *tcase = tcase_create("procedure");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_loop_test(tcase, a_procedure_that_contradicts_itself_is_refused_where_it_does, 0, COUNT(refused));
        tcase_add_loop_test(tcase, there_are_no_more_of_a_thing_than_there_may_be, 0, COUNT(maxima));
        tcase_add_test(tcase, guards_of_an_action_are_at_most_24);
        tcase_add_test(tcase, another_regime_is_data_alone);
        tcase_add_test(tcase, fields_keep_what_the_document_says_of_them);
        tcase_add_test(tcase, guards_keep_what_the_document_says_of_them);
        tcase_add_test(tcase, windows_deadlines_and_the_listing_keep_what_the_document_says_of_them);
        tcase_add_test(tcase, what_is_left_out_is_not_there);
        tcase_add_loop_test(tcase, a_rule_holds_on_its_first_and_on_its_last_day, 0, COUNT(validities));
        tcase_add_test(tcase, every_move_is_a_row_and_one_whose_second_person_depends_is_two);
        tcase_add_test(tcase, opening_that_always_needs_two_is_one_row);
        tcase_add_test(tcase, the_diagram_shows_each_state_and_each_move);
        tcase_add_test(tcase, the_matrix_says_who_takes_each_step_from_each_state);
        tcase_add_loop_test(tcase, the_manual_shows_the_diagrams_and_matrices_of_the_shipped_procedures, 0,
                COUNT(procedures));
        tcase_add_loop_test(tcase, in_shipped_procedures_nobody_lists_or_unlists_alone, 0, COUNT(procedures));
        tcase_add_loop_test(tcase, in_shipped_procedures_every_event_has_the_day_of_its_paper, 0, COUNT(procedures));
        tcase_add_test(tcase, a_decision_to_list_asks_for_all_that_the_law_asks_for);
        tcase_add_test(tcase, a_mirrored_listing_lapses_when_its_source_is_not_read_and_its_deadline_warns_before);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
