/* A report as one JSON object: what it is about, and each table as an array of objects (sheets.h).
 *
 *     { "about": { "title": "...", "day": "2026-11-28", ... },
 *       "workshops": [ { "title": "...", "headcount": 40, ... } ],
 *       "people": [ { "table": "gender", "category": "woman", "people": "n.p." } ] }
 *
 * What was not recorded is null; a hidden number is the string "n.p.".
 */
#ifndef SAT_REPORT_JSON_H
#define SAT_REPORT_JSON_H

#include <jansson.h>

#include "report.h"

/* Makes it; owned by the caller (json_decref).  SAT_ENOMEM. */
int sat_report_json(const sat_report *report, json_t **json, sat_error *err);

#endif
