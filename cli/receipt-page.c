/* The receipt as a page; see receipt.h. */
#include <stdio.h>
#include <string.h>

#include "core/markup.h"
#include "receipt.h"

/* --- words ---------------------------------------------------------------------------------------- */

typedef struct words {
	const char *language, *title, *answers, *taken_back, *holders, *nobody, *here, *only_for, *whole,
	    *from_before, *has, *reach, *change;
	const char *said[RECEIPT_ANSWERS], *state[RECEIPT_STATES];
} words;

static const words in[] = {
	{ .language = "en",
	  .title = "What I said about my own data",
	  .answers = "My answers",
	  .taken_back = "Taken back: who has erased it",
	  .holders = "Who has something about me",
	  .nobody = "Nobody has anything.",
	  .here = "this machine",
	  .only_for = "only for",
	  .whole = "Everything about me",
	  .from_before = "was sent it under an earlier yes",
	  .has = "has it",
	  .reach = "Nobody can reach printed paper, backups, and sealed sticks that were made before.",
	  .change = "You can change every answer, on any day, by telling whoever brought you this page.  "
	            "Being at a "
	            "workshop is never a yes to mining.",
	  .said = { "Yes", "Yes, but it rests now", "No", "I decide later", "Sharing stopped",
	            "Taken back for ever", "No longer valid",
	            "Different answers: nothing is shared until it is clear" },
	  .state = { "erased", "has not answered yet", "cannot be reached: the machine was lost" } },
	{ .language = "es",
	  .title = "Lo que dije sobre mis propios datos",
	  .answers = "Mis respuestas",
	  .taken_back = "Retirado: quién lo ha borrado",
	  .holders = "Quién tiene algo sobre mí",
	  .nobody = "Nadie tiene nada.",
	  .here = "esta máquina",
	  .only_for = "solo para",
	  .whole = "Todo sobre mí",
	  .from_before = "se le envió con un sí anterior",
	  .has = "lo tiene",
	  .reach =
	      "Nadie puede alcanzar papel impreso, copias de seguridad ni memorias selladas hechas antes.",
	  .change = "Usted puede cambiar cada respuesta, cualquier día, diciéndolo a quien le trajo esta "
	            "hoja.  Estar "
	            "en un taller nunca es un sí a la minería.",
	  .said = { "Sí", "Sí, pero ahora descansa", "No", "Decido más tarde", "Se dejó de compartir",
	            "Retirado para siempre", "Ya no vale",
	            "Respuestas distintas: nada se comparte hasta aclararlo" },
	  .state = { "borrado", "aún no ha respondido", "no se puede alcanzar: la máquina se perdió" } },
};

static const words *words_in(const char *language)
{
	for (size_t i = 0; i < sizeof in / sizeof *in; i++) {
		if (language != NULL && strcmp(in[i].language, language) == 0)
			return &in[i];
	}
	return &in[0];
}

/* --- pictures ------------------------------------------------------------------------------------- */

#define PERSON(x, y) "<circle cx='" x "' cy='" y "' r='7'/>"

/* Drawn in a square of 48, as lines. */
static const struct {
	const char *purpose, *lines;
} pictures[] = {
	{ "attend_record", PERSON("24", "14") "<path d='M9 42c0-11 6-17 15-17s15 6 15 17'/>" },
	{ "demographics", PERSON("12", "16") PERSON("36", "16") PERSON("24", "32") },
	{ "identity",
	  "<rect x='6' y='12' width='36' height='26' rx='3'/><path d='M18 6h12v6H18zM13 24h22M13 31h14'/>" },
	{ "contact", "<rect x='14' y='4' width='20' height='40' rx='4'/><path d='M14 34h20M22 39h4'/>" },
	{ "photo", "<rect x='5' y='13' width='38' height='27' rx='3'/><path d='M16 13l3-6h10l3 6'/><circle "
	           "cx='24' cy='26' r='8'/>" },
	{ "audio", "<rect x='18' y='4' width='12' height='24' rx='6'/><path d='M11 22c0 8 6 13 13 13s13-5 "
	           "13-13M24 35v9M16 44h16'/>" },
	{ "quote_named", "<path d='M6 6h36v26H20L10 42V32H6z'/><circle cx='24' cy='15' r='4'/><path d='M16 "
	                 "27c0-5 3-8 8-8s8 3 8 8'/>" },
	{ "quote_unnamed", "<path d='M6 6h36v26H20L10 42V32H6zM13 15h22M13 23h14'/>" },
	{ "share_with_community", "<circle cx='24' cy='24' r='14'/><circle cx='24' cy='8' r='4'/><circle "
	                          "cx='38' cy='32' r='4'/><circle cx='10' cy='32' r='4'/>" },
	{ "publish_report", "<path d='M10 4h20l8 8v32H10zM30 4v8h8M16 20h16M16 28h16M16 36h10'/>" },
	{ "newsletter", "<rect x='5' y='11' width='38' height='27' rx='2'/><path d='M5 13l19 15 19-15'/>" },
};

static const char *const marks[] = {
	[RECEIPT_YES] = "<path d='M8 26l11 11 21-26'/>",
	[RECEIPT_ON_HOLD] = "<path d='M17 10v28M31 10v28'/>",
	[RECEIPT_NO] = "<path d='M11 11l26 26M37 11L11 37'/>",
	[RECEIPT_LATER] = "<circle cx='24' cy='24' r='17'/><path d='M24 13v12l8 6'/>",
	[RECEIPT_STOPPED] = "<path d='M17 10v28M31 10v28'/>",
	[RECEIPT_TAKEN_BACK] = "<path d='M40 16H18a10 10 0 0 0 0 20h14M26 6L16 16l10 10'/>",
	[RECEIPT_ENDED] = "<path d='M10 24h28'/>",
	[RECEIPT_UNCLEAR] = "<path d='M16 17a8 8 0 1 1 12 7c-3 2-4 4-4 7M24 38v2'/>",
};

static const char *const state_marks[RECEIPT_STATES] = {
	[RECEIPT_ERASED] = "<path d='M8 26l11 11 21-26'/>",
	[RECEIPT_WAITING] = "<circle cx='24' cy='24' r='17'/><path d='M24 13v12l8 6'/>",
	[RECEIPT_LOST] = "<path d='M11 11l26 26M37 11L11 37'/>",
};

static void put(sat_bytes *page, const char *text)
{
	sat_bytes_put(page, text, strlen(text));
}

/* Pictures repeat what stands beside them, so that a screen reader passes them over. */
static void put_picture(sat_bytes *page, const char *kind, const char *lines)
{
	put(page, "<svg class='");
	put(page, kind);
	put(page, "' viewBox='0 0 48 48' aria-hidden='true'>");
	put(page, lines);
	put(page, "</svg>");
}

static const char *picture_of(const char *purpose)
{
	for (size_t i = 0; purpose != NULL && i < sizeof pictures / sizeof *pictures; i++) {
		if (strcmp(pictures[i].purpose, purpose) == 0)
			return pictures[i].lines;
	}
	return "<circle cx='24' cy='24' r='18'/><path d='M24 15v10M24 32v2'/>";
}

/* --- the page ------------------------------------------------------------------------------------- */

static void put_day(sat_bytes *page, const char *day)
{
	if (day[0] == '\0')
		return;
	put(page, " <time>");
	sat_markup_put_text(page, day);
	put(page, "</time>");
}

static void put_answers(sat_bytes *page, const receipt *r, const words *w)
{
	put(page, "<h2>");
	sat_markup_put_text(page, w->answers);
	put(page, "</h2>\n<ul class='answers'>\n");
	for (size_t i = 0; i < r->answer_count; i++) {
		const receipt_answer *a = &r->answers[i];
		put(page, a->said == RECEIPT_YES ? "<li class='yes'>" : "<li>");
		put_picture(page, "picture", picture_of(a->purpose));
		put(page, "<div><p>");
		sat_markup_put_text(page, a->label);
		put(page, "</p><p class='said'>");
		put_picture(page, "mark", marks[a->said]);
		sat_markup_put_text(page, w->said[a->said]);
		put_day(page, a->day);
		if (a->only_for[0] != '\0') {
			put(page, ", ");
			sat_markup_put_text(page, w->only_for);
			put(page, " ");
			sat_markup_put_text(page, a->only_for);
		}
		put(page, "</p></div></li>\n");
	}
	put(page, "</ul>\n");
}

static void put_name(sat_bytes *page, const words *w, const char *name, bool here)
{
	sat_markup_put_text(page, name);
	if (here) {
		put(page, " (");
		sat_markup_put_text(page, w->here);
		put(page, ")");
	}
	put(page, ": ");
}

static void put_machine(sat_bytes *page, const words *w, const receipt_machine *m)
{
	put(page, m->state == RECEIPT_ERASED ? "<li class='yes'>" : "<li>");
	put_picture(page, "mark", state_marks[m->state]);
	put(page, "<div>");
	put_name(page, w, m->name, m->here);
	sat_markup_put_text(page, w->state[m->state]);
	put_day(page, m->day);
	put(page, "</div></li>\n");
}

static void put_erasures(sat_bytes *page, const receipt *r, const words *w)
{
	if (r->erasure_count == 0)
		return;
	put(page, "<h2>");
	sat_markup_put_text(page, w->taken_back);
	put(page, "</h2>\n");
	for (size_t i = 0; i < r->erasure_count; i++) {
		const receipt_erasure *e = &r->erasures[i];
		put(page, "<h3>");
		put_picture(page, "picture", picture_of(e->purpose));
		put(page, "<span>");
		sat_markup_put_text(page, e->label == NULL ? w->whole : e->label);
		put_day(page, e->day);
		put(page, "</span></h3>\n<ul class='machines'>\n");
		for (size_t k = 0; k < e->machine_count; k++)
			put_machine(page, w, &e->machines[k]);
		put(page, "</ul>\n");
	}
}

static void put_holders(sat_bytes *page, const receipt *r, const words *w)
{
	put(page, "<h2>");
	sat_markup_put_text(page, w->holders);
	put(page, "</h2>\n<ul class='machines'>\n");
	for (size_t i = 0; i < r->holder_count; i++) {
		put(page, "<li><div>");
		put_name(page, w, r->holders[i].name, r->holders[i].here);
		sat_markup_put_text(page, r->holders[i].earlier ? w->from_before : w->has);
		if (r->holders[i].lost) {
			put(page, "; ");
			sat_markup_put_text(page, w->state[RECEIPT_LOST]);
		}
		put(page, "</div></li>\n");
	}
	put(page, "</ul>\n");
	if (r->holder_count == 0) {
		put(page, "<p>");
		sat_markup_put_text(page, w->nobody);
		put(page, "</p>\n");
	}
}

static const char style[] =
    "body{font:1.25rem/1.5 system-ui,sans-serif;color:#000;background:#fff;margin:0 "
    "auto;max-width:44rem;padding:1rem}"
    "h1{font-size:1.8rem;line-height:1.2}h2{font-size:1.4rem;border-bottom:3px solid #000;margin-top:2rem}"
    "h3{font-size:1.25rem;display:flex;align-items:center;gap:.75rem}"
    "ul{list-style:none;padding:0}li{display:flex;gap:1rem;align-items:flex-start;padding:.6rem 0;"
    "border-bottom:1px solid #777;break-inside:avoid}p{margin:0 0 .3rem}"
    "svg{fill:none;stroke:#000;stroke-width:3.5;stroke-linecap:round;stroke-linejoin:round;flex:none}"
    ".picture{width:3.5rem;height:3.5rem}h3 .picture{width:2.5rem;height:2.5rem}"
    ".mark{width:1.5rem;height:1.5rem;vertical-align:-.3rem;margin-right:.4rem;stroke-width:6}"
    ".said{font-weight:700}time{white-space:nowrap}.yes .mark{stroke:#05611f}footer{margin-top:2rem}"
    "@media print{body{font-size:12pt;max-width:none;padding:0}@page{size:A4;margin:18mm}}";

void cli_receipt_page(const receipt *r, const char *language, sat_bytes *page)
{
	const words *w = words_in(language);
	put(page, "<!doctype html>\n<html lang='");
	sat_markup_put_text(page, w->language);
	put(page, "'>\n<head>\n<meta charset='utf-8'>\n<meta name='viewport' "
	          "content='width=device-width'>\n<title>");
	sat_markup_put_text(page, w->title);
	put(page, "</title>\n<style>");
	put(page, style);
	put(page, "</style>\n</head>\n<body>\n<main>\n<h1>");
	sat_markup_put_text(page, w->title);
	put(page, "</h1>\n<p>");
	sat_markup_put(page, (const char *)r->title.data, r->title.length);
	put_day(page, r->day);
	put(page, "</p>\n");
	put_answers(page, r, w);
	put_erasures(page, r, w);
	put_holders(page, r, w);
	put(page, "</main>\n<footer>\n<p>");
	sat_markup_put_text(page, w->reach);
	put(page, "</p>\n<p>");
	sat_markup_put_text(page, w->change);
	put(page, "</p>\n</footer>\n</body>\n</html>\n");
}
