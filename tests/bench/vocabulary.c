/* See vocabulary.h. */
#include "vocabulary.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* words.txt, embedded at build: 8 000 lower-case words, one a line, in no order. */
extern const char bench_words[];
extern const size_t bench_words_length;

/* How a list is made: from written-out items ("elder*3" stands three times in it), then invented
 * names, or then a part of the vocabulary, which only a few words of the language ever reach. */
typedef struct recipe {
	const char *items; /* separated by bars */
	int invented, syllables_min, syllables_max;
	int words_first, words_end;
	const char *ending; /* of the words taken; NULL takes all */
	bool zipf;          /* the first items are the frequent ones */
} recipe;

static const recipe recipes[LISTS] = {
	[GIVEN] = { .items = "Anna|Mary|John|Peter|Grace|Ruth|Joseph|Sarah|David|Esther|Daniel|Martha|Samuel|"
	                     "Miriam|Paul|Lydia|Simon|Naomi|James|Hana|José|María|Inés|Tomás|Zoë|Élise|"
	                     "Andrés|Lucía",
	            .invented = 150,
	            .syllables_min = 1,
	            .syllables_max = 2 },
	[FAMILY] = { .invented = 400, .syllables_min = 1, .syllables_max = 3 },
	[COMMUNITY] = { .invented = 60, .syllables_min = 2, .syllables_max = 3 },
	[CLAN] = { .invented = 45, .syllables_min = 1, .syllables_max = 2 },
	[LANGUAGE] = { .items = "English|Spanish", .invented = 12, .syllables_min = 2, .syllables_max = 2 },
	[SYLLABLE] = { .items = "ba|be|bo|da|de|di|ka|ke|ki|ko|la|le|li|lo|ma|me|mi|mo|na|ne|ni|no|pa|pe|pi|"
	                        "ra|re|ri|ro|sa|se|si|ta|te|ti|tu|va|we|wi|ya|yo|za" },
	[SYLLABLE_LAST] = { .items = "n|l|r|s|m|t|k|ra|na|la|ri|ni|ka|ma|ta|na|lo|mo|sha|nga|ndi|mba" },
	[SERIES] = { .items = "Language Nest|Oral History|Land and Water|Youth Media|Craft and Weaving|"
	                      "Elders Circle|Songlines|Mapping|Health Outreach|Archive Training" },
	[PLACE] = { .items = "Community Hall|School|Church Hall|River Camp|Market House|Council Office|"
	                     "Health Post|Library|Riverside Shelter|Women's Centre" },
	[STATUS] = { .items = "done*6|planned|active|cancelled" },
	[GENDER] = { .items = "F*4|M*4|X" },
	[AGE] = { .items = "16-24|25-34|35-44|45-54|55-64|65+" },
	[ROLE] = { .items = "participant*14|elder*3|facilitator*2|interpreter|recorder" },
	[PURPOSE] = { .items = "audio_recording|photography|archive_sharing" },
	[DECISION] = { .items = "yes*78|no*9|limited*10|deferred*3" },
	[FORM] = { .items = "written*2|oral*2|thumbprint" },
	[THEME] = { .items = "plants and medicine|place names|kinship|migration stories|songs|river use|"
	                     "craft methods|seasonal calendar|schooling|governance|consent and access|food|"
	                     "land boundaries|ceremony (restricted)" },
	[VISIBILITY] = { .items = "public*3|community*9|restricted*2|private" },
	[DETERMINER] = { .items = "the*9|a*4|their*3|our*2|this|that|some|each|no|her|his|its" },
	[PREPOSITION] = { .items = "in|of|to|on|with|from|for|near|by|after|before|about|during|between|at|"
	                           "under" },
	[CONJUNCTION] = { .items = "and|but|because|so|while|when|although|then" },
	[ADVERB] = { .items = "also|often|still|again|together|later|never|always|mostly|carefully|today|"
	                      "already" },
	[NOUN] = { .items = "people|group|river|story|word|name|family|song|plant|house|elder|child|road|"
	                    "mother|father|forest|water|land|boat|net|fire|food|market|school|meeting|record|"
	                    "photograph|map|boundary|garden|season|rain|fish|basket|thread|clay|pot|drum|"
	                    "dance|language|speaker|village|camp|hill|stone|tree|seed|root|leaf|bird|trail|"
	                    "ceremony|custom|rule|permission|question|answer|picture|tape|archive|copy|box|"
	                    "form|witness|interpreter|session|morning|evening|year|generation|grandmother|"
	                    "uncle|cousin|neighbour|council|teacher|nurse|pastor|trader",
	           .words_end = 4000,
	           .zipf = true },
	[VERB] = { .items = "said|told|explained|showed|asked|remembered|described|agreed|wanted|named|"
	                    "carried|planted|taught|learned|recorded|shared|kept|asked|left|returned|moved|"
	                    "crossed|built|made|used|found|heard|saw|brought|gave|took|corrected|repeated|"
	                    "discussed|noted|decided|refused|confirmed|pointed|listed|translated|sang|drew",
	           .words_first = 4000,
	           .words_end = 6000,
	           .ending = "ed",
	           .zipf = true },
	[ADJECTIVE] = { .items = "old|young|first|second|long|short|small|large|good|new|many|few|several|"
	                         "important|different|same|early|late|quiet|careful|open|closed|shared|"
	                         "private|local|northern|southern|dry|wet|strong|common|rare",
	                .words_first = 6000,
	                .words_end = 8000,
	                .zipf = true },
};

typedef struct list {
	sat_span *items;
	size_t count;
	double *cumulative; /* Zipf weights up to and with each item; NULL where all weigh the same */
} list;

#define NAME_BYTES     16  /* room for an invented name */
#define NAMES_INVENTED 667 /* in all recipes together */
#define WORDS          8000

struct sat_vocabulary {
	uint64_t random;
	list lists[LISTS];
	char names[NAMES_INVENTED][NAME_BYTES];
	size_t names_used;
};

/* SplitMix64. */
static uint64_t draw(sat_vocabulary *v)
{
	uint64_t z = v->random += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

double sat_vocabulary_unit(sat_vocabulary *v)
{
	return (double)(draw(v) >> 11) * 0x1p-53;
}

bool sat_vocabulary_chance(sat_vocabulary *v, double probability)
{
	return sat_vocabulary_unit(v) < probability;
}

int64_t sat_vocabulary_between(sat_vocabulary *v, int64_t low, int64_t high)
{
	return low + (int64_t)(((draw(v) >> 32) * (uint64_t)(high - low + 1)) >> 32);
}

/* Twelve even draws, so that no mathematics library can change the rows. */
double sat_vocabulary_normal(sat_vocabulary *v)
{
	double sum = -6;
	for (int i = 0; i < 12; i++)
		sum += sat_vocabulary_unit(v);
	return sum;
}

sat_span sat_vocabulary_pick(sat_vocabulary *v, sat_vocabulary_list which)
{
	const list *l = &v->lists[which];
	if (l->cumulative == NULL)
		return l->items[sat_vocabulary_between(v, 0, (int64_t)l->count - 1)];
	double at = sat_vocabulary_unit(v) * l->cumulative[l->count - 1];
	size_t low = 0, high = l->count - 1;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (l->cumulative[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return l->items[low];
}

static void list_add(list *l, const char *text, size_t length)
{
	l->items[l->count++] = (sat_span){ text, length };
}

static void list_add_items(list *l, const char *items)
{
	while (*items != '\0') {
		size_t whole = strcspn(items, "|"), length = strcspn(items, "*|");
		long times = length < whole ? strtol(items + length + 1, NULL, 10) : 1;
		while (times-- > 0)
			list_add(l, items, length);
		items += whole + (items[whole] == '|');
	}
}

static bool list_has(const list *l, const char *text, size_t length)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].length == length && memcmp(l->items[i].text, text, length) == 0)
			return true;
	return false;
}

static void list_add_invented(sat_vocabulary *v, list *l, const recipe *r)
{
	for (int left = r->invented; left > 0;) {
		assert(v->names_used < NAMES_INVENTED);
		char *name = v->names[v->names_used];
		size_t length = 0;
		for (int64_t i = sat_vocabulary_between(v, r->syllables_min, r->syllables_max); i >= 0; i--) {
			sat_span s = sat_vocabulary_pick(v, i > 0 ? SYLLABLE : SYLLABLE_LAST);
			memcpy(name + length, s.text, s.length);
			length += s.length;
		}
		name[0] = (char)(name[0] - 'a' + 'A');
		name[length] = '\0';
		if (list_has(l, name, length))
			continue;
		list_add(l, name, length);
		v->names_used++;
		left--;
	}
}

static void list_add_words(list *l, const recipe *r, const sat_span words[static WORDS])
{
	size_t ending = r->ending != NULL ? strlen(r->ending) : 0;
	for (int i = r->words_first; i < r->words_end; i++) {
		const sat_span *word = &words[i];
		if (word->length < ending)
			continue;
		if (ending == 0 || memcmp(word->text + word->length - ending, r->ending, ending) == 0)
			list_add(l, word->text, word->length);
	}
}

static void list_weigh(list *l)
{
	double sum = 0;
	for (size_t i = 0; i < l->count; i++) {
		sum += 1 / pow((double)i + 4, 1.05);
		l->cumulative[i] = sum;
	}
}

static bool make_list(sat_vocabulary *v, sat_vocabulary_list which, const sat_span words[static WORDS])
{
	const recipe *r = &recipes[which];
	list *l = &v->lists[which];
	if (l->items != NULL)
		return true;
	size_t room = (size_t)(r->invented + r->words_end - r->words_first) + 200;
	l->items = calloc(room, sizeof *l->items);
	l->cumulative = r->zipf ? calloc(room, sizeof *l->cumulative) : NULL;
	if (l->items == NULL || (r->zipf && l->cumulative == NULL))
		return false;
	if (r->items != NULL)
		list_add_items(l, r->items);
	list_add_invented(v, l, r);
	list_add_words(l, r, words);
	assert(l->count <= room);
	if (r->zipf)
		list_weigh(l);
	return true;
}

static void split_words(sat_span words[static WORDS])
{
	const char *at = bench_words;
	for (int i = 0; i < WORDS; i++) {
		const char *end = strchr(at, '\n');
		assert(end != NULL);
		words[i] = (sat_span){ at, (size_t)(end - at) };
		at = end + 1;
	}
	assert(at == bench_words + bench_words_length);
}

int sat_vocabulary_new(sat_vocabulary **vocabulary, uint64_t seed, sat_error *err)
{
	sat_vocabulary *v = calloc(1, sizeof *v);
	sat_span *words = calloc(WORDS, sizeof *words);
	bool made = v != NULL && words != NULL;
	if (made) {
		v->random = seed;
		split_words(words);
		/* Names are invented from syllables, so those come first. */
		made = make_list(v, SYLLABLE, words) && make_list(v, SYLLABLE_LAST, words);
		for (int i = 0; made && i < LISTS; i++)
			made = make_list(v, (sat_vocabulary_list)i, words);
	}
	free(words);
	if (!made) {
		sat_vocabulary_free(v);
		return sat_fail(err, SAT_ENOMEM, "memory ran out while the vocabulary was prepared");
	}
	*vocabulary = v;
	return 0;
}

void sat_vocabulary_free(sat_vocabulary *vocabulary)
{
	if (vocabulary == NULL)
		return;
	for (int i = 0; i < LISTS; i++) {
		free(vocabulary->lists[i].items);
		free(vocabulary->lists[i].cumulative);
	}
	free(vocabulary);
}

sat_span sat_vocabulary_item(const sat_vocabulary *v, sat_vocabulary_list which, size_t place)
{
	assert(place < v->lists[which].count);
	return v->lists[which].items[place];
}
