/* See page-words.h. */
#include "page-words.h"

#include <string.h>

static const sat_page_words in[] = {
	{ .language = "en",
	  .title = "What we heard, what happened",
	  .for_anybody = "A report for everybody",
	  .for_community = "For",
	  .made_on = "made on",
	  .period = "Days covered:",
	  .first_day = "the first",
	  .last_day = "today",
	  .draft = "Draft.  Not yet published; please do not pass it on.",
	  .contents = "Contents",
	  .in_short = "In short",
	  .workshops = "Workshops",
	  .came = "Who came",
	  .heard = "What we heard",
	  .happened = "What was asked, what happened",
	  .meetings = "Meetings",
	  .materials = "What was shown or left behind",
	  .where = "Organisations, countries, languages",
	  .near = "Certifications near each community",
	  .numbers = "How to read this",
	  .series = "Series",
	  .aim = "Aim",
	  .topics = "Topics",
	  .place = "Place",
	  .country = "Country",
	  .owners = "On the Country of",
	  .days = "When",
	  .origins = "People came from",
	  .audience = "Who it was for",
	  .guests = "Guest organisations",
	  .languages = "Languages",
	  .format = "Format",
	  .status = "Status",
	  .reason = "Why",
	  .people = "People",
	  .organisations = "Organisations",
	  .countries = "Countries",
	  .minutes = "Minutes",
	  .by_community = "By community",
	  .by_gender = "By gender",
	  .by_age_band = "By age",
	  .by_workshop = "At each workshop",
	  .unasked = "Not asked, or not to be told",
	  .all = "All together",
	  .as_of = "as it was on",
	  .not_published = "not published",
	  .messages = "Messages",
	  .requests = "Requests",
	  .said_at = "Said at",
	  .translation = "Translation",
	  .asked = "Asked at",
	  .answer = "Answer",
	  .declined = "Why not",
	  .answered_by = "Answered by",
	  .answered_on = "Answered on",
	  .brought_back = "Brought back to the community",
	  .not_brought_back = "The answer has not been brought back to the community yet.",
	  .words_withheld = "These words are not part of this report.",
	  .actions = "What was to be done",
	  .other_actions = "Other things that were to be done",
	  .due = "Due",
	  .overdue = "Late",
	  .done = "Done",
	  .not_done = "Not done",
	  .undone = "Not done yet",
	  .outcome = "What came of it",
	  .open = "Open",
	  .answered = "Answered",
	  .refused = "Declined",
	  .no_reason = "No reason was written down.",
	  .kind = "Kind",
	  .version = "Version",
	  .made_by = "Made by",
	  .used_at = "Used at",
	  .left_with = "Left with",
	  .organisation = "Organisation",
	  .standard = "Standard",
	  .scope = "Covers",
	  .announced = "Announced",
	  .valid_until = "Valid until",
	  .community = "Community",
	  .nearness = "How near",
	  .communities = "Communities",
	  .certifications = "Certifications",
	  .language_name = "Language",
	  .deeds = { "organised", "was a guest", "answered", "undertook to act", "made material" },
	  .near_as = { "same country", "same state or territory", "same region" },
	  .nothing = "Nothing was recorded.",
	  .none_near = "None is recorded in the same country.",
	  .of_hidden =
	      "“n.p.” means not published.  It stands for a number of 1 to 4, or for one from which such "
	      "a number would follow, so that nobody can be recognised.",
	  .of_frozen =
	      "Where a day stands beside a number, it is the number of that day: a newer one would give "
	      "somebody away.",
	  .of_people =
	      "People are those who came to a workshop and agreed to be counted in a report.  Each is "
	      "counted once, and nobody is named.",
	  .of_headcount =
	      "Of each workshop and meeting the larger of two numbers is told: how many people were "
	      "counted without names, and how many were written down and agreed to be counted.  "
	      "Whoever came to two workshops is counted at both.",
	  .of_no_counts = "There are no numbers of people here: they are told only in what headquarters "
	                  "publishes.",
	  .of_period =
	      "Who came is told by community, age and gender for all days together, and not for some of "
	      "them: numbers of days that overlap would give people away.",
	  .of_consent = "Words are here only where those who said them agreed that they may be in a report.",
	  .of_near =
	      "“Near” means in the same country; and nearer where the place of the certification names the "
	      "state, the region or the community itself.  No distances are known.",
	  .of_community =
	      "This page holds the words of this community and of no other.  How many people came from "
	      "it is told as in the report for everybody, without age or gender: side by side, the "
	      "pages of several communities would give people away.",
	  .of_mining = "Being at a workshop is never a yes to mining." },
	{ .language = "es",
	  .title = "Lo que oímos, lo que pasó",
	  .for_anybody = "Un informe para todas las personas",
	  .for_community = "Para",
	  .made_on = "hecho el",
	  .period = "Días que abarca:",
	  .first_day = "el primero",
	  .last_day = "hoy",
	  .draft = "Borrador.  Aún no se ha publicado; por favor, no lo comparta.",
	  .contents = "Contenido",
	  .in_short = "En breve",
	  .workshops = "Talleres",
	  .came = "Quiénes vinieron",
	  .heard = "Lo que oímos",
	  .happened = "Lo que se pidió, lo que pasó",
	  .meetings = "Reuniones",
	  .materials = "Lo que se mostró o se dejó",
	  .where = "Organizaciones, países, idiomas",
	  .near = "Certificaciones cerca de cada comunidad",
	  .numbers = "Cómo leer esto",
	  .series = "Serie",
	  .aim = "Objetivo",
	  .topics = "Temas",
	  .place = "Lugar",
	  .country = "País",
	  .owners = "En tierra de",
	  .days = "Cuándo",
	  .origins = "La gente vino de",
	  .audience = "Para quién fue",
	  .guests = "Organizaciones invitadas",
	  .languages = "Idiomas",
	  .format = "Modalidad",
	  .status = "Estado",
	  .reason = "Por qué",
	  .people = "Personas",
	  .organisations = "Organizaciones",
	  .countries = "Países",
	  .minutes = "Minutos",
	  .by_community = "Por comunidad",
	  .by_gender = "Por género",
	  .by_age_band = "Por edad",
	  .by_workshop = "En cada taller",
	  .unasked = "No se preguntó, o no se debe decir",
	  .all = "En total",
	  .as_of = "como era el",
	  .not_published = "no se publica",
	  .messages = "Mensajes",
	  .requests = "Peticiones",
	  .said_at = "Dicho en",
	  .translation = "Traducción",
	  .asked = "Pedido en",
	  .answer = "Respuesta",
	  .declined = "Por qué no",
	  .answered_by = "Respondió",
	  .answered_on = "Respondida el",
	  .brought_back = "Llevada a la comunidad",
	  .not_brought_back = "La respuesta aún no se ha llevado a la comunidad.",
	  .words_withheld = "Estas palabras no forman parte de este informe.",
	  .actions = "Lo que había que hacer",
	  .other_actions = "Otras cosas que había que hacer",
	  .due = "Plazo",
	  .overdue = "Con retraso",
	  .done = "Hecho",
	  .not_done = "No se hizo",
	  .undone = "Aún no se ha hecho",
	  .outcome = "Qué resultó",
	  .open = "Abierta",
	  .answered = "Respondida",
	  .refused = "Rechazada",
	  .no_reason = "No se anotó ningún motivo.",
	  .kind = "Tipo",
	  .version = "Versión",
	  .made_by = "Hecho por",
	  .used_at = "Usado en",
	  .left_with = "Se dejó en",
	  .organisation = "Organización",
	  .standard = "Norma",
	  .scope = "Abarca",
	  .announced = "Anunciada",
	  .valid_until = "Válida hasta",
	  .community = "Comunidad",
	  .nearness = "Qué tan cerca",
	  .communities = "Comunidades",
	  .certifications = "Certificaciones",
	  .language_name = "Idioma",
	  .deeds = { "organizó", "fue invitada", "respondió", "se comprometió a actuar", "hizo material" },
	  .near_as = { "mismo país", "mismo estado o territorio", "misma región" },
	  .nothing = "No se anotó nada.",
	  .none_near = "No consta ninguna en el mismo país.",
	  .of_hidden =
	      "«n.p.» significa que no se publica.  Está en lugar de un número de 1 a 4, o de uno del que "
	      "se podría deducir tal número, para que no se pueda reconocer a nadie.",
	  .of_frozen =
	      "Donde hay un día junto a un número, es el número de ese día: uno más nuevo delataría a "
	      "alguien.",
	  .of_people =
	      "Las personas son las que vinieron a un taller y aceptaron que se las contara en un informe.  "
	      "Cada una se cuenta una vez y a nadie se nombra.",
	  .of_headcount =
	      "De cada taller y reunión se dice el mayor de dos números: cuántas personas se contaron "
	      "sin nombres, y cuántas se anotaron y aceptaron que se las contara.  Quien vino a dos "
	      "talleres se cuenta en ambos.",
	  .of_no_counts = "Aquí no hay números de personas: solo se dicen en lo que publica la sede central.",
	  .of_period =
	      "Quiénes vinieron se dice por comunidad, edad y género para todos los días juntos, y no para "
	      "algunos: números de días que se solapan delatarían a personas.",
	  .of_consent = "Aquí solo hay palabras de quienes aceptaron que aparezcan en un informe.",
	  .of_near =
	      "«Cerca» significa en el mismo país; y más cerca donde el lugar de la certificación nombra el "
	      "estado, la región o la comunidad misma.  No se conocen distancias.",
	  .of_community =
	      "Esta hoja contiene las palabras de esta comunidad y de ninguna otra.  Cuántas personas "
	      "vinieron de ella se dice como en el informe para todas las personas, sin edad ni "
	      "género: juntas, las hojas de varias comunidades delatarían a personas.",
	  .of_mining = "Estar en un taller nunca es un sí a la minería." },
};

const sat_page_words *sat_page_words_in(const char *language)
{
	size_t length = strcspn(language, "-_");
	for (size_t i = 0; i < sizeof in / sizeof *in; i++) {
		if (strlen(in[i].language) == length && memcmp(in[i].language, language, length) == 0)
			return &in[i];
	}
	return &in[0];
}

const char *sat_page_words_table(const sat_page_words *words, const char *table)
{
	const struct {
		const char *table, *heading;
	} headings[] = { { "community", words->by_community },
		         { "gender", words->by_gender },
		         { "age_band", words->by_age_band } };
	for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
		if (strcmp(headings[i].table, table) == 0)
			return headings[i].heading;
	}
	return "";
}
