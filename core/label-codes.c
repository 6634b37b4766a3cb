/* See label-codes.h. */
#include "label-codes.h"

#include <string.h>
#include <strings.h>

const sat_label_code sat_label_codes[SAT_LABEL_CODES] = {
	{ "TK A", "Attribution", NULL },
	{ "TK CL", "Clan", NULL },
	{ "TK F", "Family", NULL },
	{ "TK MC", "Multiple Communities", NULL },
	{ "TK CV", "Community Voice", NULL },
	{ "TK CR", "Creative", NULL },
	{ "TK V", "Verified", NULL },
	{ "TK NV", "Non-Verified", NULL },
	{ "TK S", "Seasonal", NULL },
	{ "TK WG", "Women General", NULL },
	{ "TK MG", "Men General", NULL },
	{ "TK MR", "Men Restricted", "men" },
	{ "TK WR", "Women Restricted", "women" },
	{ "TK CS", "Culturally Sensitive", NULL },
	{ "TK SS", "Secret/Sacred", NULL },
	{ "TK OC", "Open to Commercialization", NULL },
	{ "TK NC", "Non-Commercial", NULL },
	{ "TK CO", "Community Use Only", "community" },
	{ "TK O", "Outreach", NULL },
	{ "TK CB", "Open to Collaboration", NULL },
	{ "BC P", "Provenance", NULL },
	{ "BC MC", "Multiple Communities", NULL },
	{ "BC CB", "Open to Collaboration", NULL },
	{ "BC OC", "Open to Commercialization", NULL },
	{ "BC R", "Research Use", NULL },
	{ "BC CV", "Consent Verified", NULL },
	{ "BC CNV", "Consent Non-Verified", NULL },
	{ "BC CL", "Clan", NULL },
	{ "BC O", "Outreach", NULL },
	{ "BC NC", "Non-Commercial", NULL },
	{ "N AI", "Attribution Incomplete (notice)", NULL },
	{ "N BC", "Biocultural (notice)", NULL },
	{ "N TK", "Traditional Knowledge (notice)", NULL },
	{ "N OC", "Open to Collaborate (notice)", NULL },
};

static const sat_label_code *find(const char *text, size_t length)
{
	for (size_t i = 0; i < SAT_LABEL_CODES; i++) {
		const char *code = sat_label_codes[i].code;
		if (strlen(code) == length && strncasecmp(code, text, length) == 0)
			return &sat_label_codes[i];
	}
	return NULL;
}

/* One word of a list parted by commas, without the spaces around it. */
static const char *next_word(const char **at, size_t *length)
{
	const char *begin = *at + strspn(*at, " ,");
	*length = strcspn(begin, ",");
	*at = begin + *length;
	while (*length > 0 && begin[*length - 1] == ' ')
		--*length;
	return *length > 0 ? begin : NULL;
}

const sat_label_code *sat_label_codes_next(const char **at)
{
	size_t length;
	const char *word;
	while ((word = next_word(at, &length)) != NULL) {
		const sat_label_code *code = find(word, length);
		if (code != NULL)
			return code;
	}
	return NULL;
}

int sat_label_codes_read(const char *text, sat_bytes *codes, sat_error *err)
{
	bool said[SAT_LABEL_CODES] = { false };
	size_t length;
	const char *word;
	for (const char *at = text; (word = next_word(&at, &length)) != NULL;) {
		const sat_label_code *code = find(word, length);
		if (code == NULL)
			return sat_fail(err, SAT_EINVALID,
			                "\"%.*s\" is no code of a label; they are TK A to TK WR, BC P to BC NC, and the "
			                "notices N AI, N BC, N TK and N OC (`satchel label codes` lists them)",
			                (int)(length > 40 ? 40 : length), word);
		if (said[code - sat_label_codes])
			continue;
		said[code - sat_label_codes] = true;
		sat_bytes_put_text(codes, codes->length > 0 ? ", " : "");
		sat_bytes_put_text(codes, code->code);
	}
	return sat_bytes_ok(codes) ? 0 : sat_no_memory(err);
}
