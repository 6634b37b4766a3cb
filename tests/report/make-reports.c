/* Makes random series of reports for attack.py: one JSON line each, of everything that was true and what of it
 * was published.
 *
 *     make-reports [--seeds FIRST COUNT] [--rules all|primary|none] [--plant BUG]
 *
 * One population of up to 400 people, in three tables, is followed over 1 to 8 reports.  Some categories are
 * common, some rare, some do not occur.  People come in groups, mostly from one place; some leave, often one
 * alone; some change.  With the rules "primary" small cells are hidden and nothing else is, with "none" nothing
 * is.  In a build with SAT_PLANTED a bug may be switched on:
 *
 *   51   counts that did not change are not one and the same
 *   52   small counts may follow from sums
 *   53   small counts may follow within less than 5 numbers
 *   54   small changes of a cell or the total may follow
 *   55   small changes of cells that are hidden together may follow
 *   56   small counts may be reckoned by whoever takes others for unchanged
 *   57   the total is published although that is not safe
 *   58   only the latest report is compared with
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/plant.h"
#include "report/suppress.h"
#include "tests/support/dice.h"

enum { PEOPLE_MAX = 400, TABLES = 3, CELLS_MAX = 9, REPORTS_MAX = 8 };

typedef enum strictness { ALL_RULES, PRIMARY_RULE, NO_RULES } strictness;

#ifdef SAT_PLANTED
int sat_plant;
#endif

static const char *const tables[TABLES] = { "community", "gender", "age" };
static const char *const keys[CELLS_MAX] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };

typedef struct crowd {
	dice luck;
	size_t cells[TABLES];
	unsigned weights[TABLES][CELLS_MAX];
	unsigned char people[PEOPLE_MAX][TABLES];
	size_t count;
} crowd;

static unsigned char throw_category(crowd *c, size_t table)
{
	unsigned sum = 0, cell = 0;
	for (size_t i = 0; i < c->cells[table]; i++)
		sum += c->weights[table][i];
	for (unsigned at = dice_below(&c->luck, sum); at >= c->weights[table][cell]; cell++)
		at -= c->weights[table][cell];
	return (unsigned char)cell;
}

/* Who comes together comes from one place. */
static void join(crowd *c, size_t group)
{
	unsigned char place = throw_category(c, 0);
	for (size_t i = 0; i < group && c->count < PEOPLE_MAX; i++, c->count++) {
		c->people[c->count][0] = dice_chance(&c->luck, 70) ? place : throw_category(c, 0);
		for (size_t t = 1; t < TABLES; t++)
			c->people[c->count][t] = throw_category(c, t);
	}
}

static void leave(crowd *c)
{
	if (c->count == 0)
		return;
	size_t who = dice_below(&c->luck, c->count);
	memcpy(c->people[who], c->people[--c->count], TABLES);
}

static void change(crowd *c)
{
	size_t table = dice_below(&c->luck, TABLES), who = dice_below(&c->luck, c->count);
	if (c->count > 0)
		c->people[who][table] = throw_category(c, table);
}

static void found(crowd *c, uint64_t seed)
{
	*c = (crowd){ .luck = { .state = dice_mix(seed) } };
	for (size_t t = 0; t < TABLES; t++) {
		c->cells[t] = 2 + dice_below(&c->luck, CELLS_MAX - 1);
		for (size_t i = 0; i < c->cells[t]; i++) {
			unsigned most = dice_chance(&c->luck, 40) ? 5 : 100;
			c->weights[t][i] = dice_chance(&c->luck, 10) ? 0 : 1 + dice_below(&c->luck, most);
		}
		c->weights[t][0] += 10;
	}
	size_t people = 5 + dice_below(&c->luck, dice_chance(&c->luck, 50) ? 60 : PEOPLE_MAX - 5);
	while (c->count < people) {
		size_t missing = people - c->count;
		join(c, 1 + dice_below(&c->luck, missing < 12 ? missing : 12));
	}
}

/* What happens between two reports. */
static void live(crowd *c)
{
	if (dice_chance(&c->luck, 15)) {
		leave(c);
		return;
	}
	for (size_t groups = dice_below(&c->luck, 4); groups > 0; groups--)
		join(c, 1 + dice_below(&c->luck, 25));
	for (size_t n = dice_chance(&c->luck, 40) ? dice_below(&c->luck, 5) : 0; n > 0; n--)
		leave(c);
	for (size_t n = dice_chance(&c->luck, 30) ? dice_below(&c->luck, 4) : 0; n > 0; n--)
		change(c);
}

static sat_population tally(const crowd *c, int64_t at, sat_arena *arena)
{
	sat_population p = { .name = "people", .at = at, .total = (int64_t)c->count, .tally_count = TABLES };
	p.tallies = sat_arena_zeroed(arena, TABLES, sizeof *p.tallies);
	for (size_t t = 0; t < TABLES; t++) {
		sat_cell_count *cells = sat_arena_zeroed(arena, c->cells[t], sizeof *cells);
		for (size_t i = 0; i < c->cells[t]; i++)
			cells[i].key = keys[i];
		for (size_t i = 0; i < c->count; i++)
			cells[c->people[i][t]].count++;
		p.tallies[t] = (sat_tally){ .name = tables[t], .cells = cells, .cell_count = c->cells[t] };
	}
	return p;
}

static void print(const sat_population *p)
{
	printf("{\"at\": %lld, \"frozen\": %s, \"total\": [%lld, %d], \"tables\": {", (long long)p->at,
	       p->frozen ? "true" : "false", (long long)p->total, p->total_hidden);
	for (size_t t = 0; t < p->tally_count; t++) {
		printf("%s\"%s\": {", t > 0 ? ", " : "", p->tallies[t].name);
		for (size_t c = 0; c < p->tallies[t].cell_count; c++) {
			const sat_cell_count *cell = &p->tallies[t].cells[c];
			printf("%s\"%s\": [%lld, %d]", c > 0 ? ", " : "", cell->key, (long long)cell->count, cell->hidden);
		}
		printf("}");
	}
	printf("}}");
}

static void hide_small(sat_population *p)
{
	p->total_hidden = p->total > 0 && p->total < SAT_SMALL;
	for (size_t t = 0; t < p->tally_count; t++) {
		for (size_t c = 0; c < p->tallies[t].cell_count; c++) {
			sat_cell_count *cell = &p->tallies[t].cells[c];
			cell->hidden = cell->count > 0 && cell->count < SAT_SMALL;
		}
	}
}

static int play(uint64_t seed, strictness rules)
{
	SAT_ARENA(arena);
	crowd c;
	sat_population reports[REPORTS_MAX];
	found(&c, seed);
	size_t n = 1 + dice_below(&c.luck, REPORTS_MAX);
	printf("{\"seed\": %llu, \"reports\": [", (unsigned long long)seed);
	for (size_t r = 0; r < n; r++) {
		sat_error err;
		reports[r] = tally(&c, (int64_t)r, &arena);
		if (rules == PRIMARY_RULE)
			hide_small(&reports[r]);
		if (rules == ALL_RULES && sat_suppress(&reports[r], reports, r, SAT_SMALL, &arena, &err) != 0) {
			fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, err.message);
			return 1;
		}
		printf("%s", r > 0 ? ", " : "");
		print(&reports[r]);
		live(&c);
	}
	printf("]}\n");
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "make-reports [--seeds FIRST COUNT] [--rules all|primary|none] [--plant BUG]\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "seeds", required_argument, NULL, 's' },
		                                 { "rules", required_argument, NULL, 'r' },
#ifdef SAT_PLANTED
		                                 { "plant", required_argument, NULL, 'p' },
#endif
		                                 { 0 } };
	uint64_t first = 1, count = 100;
	strictness rules = ALL_RULES;
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (option == 's' && optind < argc) {
			first = strtoull(optarg, NULL, 10);
			count = strtoull(argv[optind++], NULL, 10);
		} else if (option == 'r') {
			rules = strcmp(optarg, "none") == 0      ? NO_RULES
			        : strcmp(optarg, "primary") == 0 ? PRIMARY_RULE
			                                         : ALL_RULES;
#ifdef SAT_PLANTED
		} else if (option == 'p') {
			sat_plant = atoi(optarg);
#endif
		} else {
			return usage();
		}
	}
	for (uint64_t seed = first; seed < first + count; seed++) {
		if (play(seed, rules) != 0)
			return 1;
	}
	return 0;
}
