/* See life-cycle.h. */
#include "life-cycle.h"

#define TO(event) (1u << (event))

/* What can be said at any time, and after anything that had an effect. */
#define ALWAYS (TO(SAT_WITHDRAWN) | TO(SAT_REVOKED))
#define ANSWER (TO(SAT_REQUESTED) | TO(SAT_DEFERRED) | TO(SAT_REFUSED) | TO(SAT_GIVEN))
#define MISTAKE TO(SAT_ENTERED_IN_ERROR)

static const unsigned may_follow[SAT_EVENT_LAST + 1] = {
	[0] = ALWAYS | ANSWER,
	[SAT_REQUESTED] = ALWAYS | ANSWER | TO(SAT_EXPIRED) | MISTAKE,
	[SAT_DEFERRED] = ALWAYS | ANSWER | TO(SAT_EXPIRED) | MISTAKE,
	[SAT_REFUSED] = ALWAYS | ANSWER | MISTAKE,
	[SAT_GIVEN] = ALWAYS | ANSWER | TO(SAT_RENEWED) | TO(SAT_EXPIRED) | TO(SAT_INVALIDATED) | MISTAKE,
	[SAT_RENEWED] = ALWAYS | ANSWER | TO(SAT_RENEWED) | TO(SAT_EXPIRED) | TO(SAT_INVALIDATED) | MISTAKE,
	[SAT_WITHDRAWN] = ALWAYS | ANSWER | MISTAKE,
	[SAT_REVOKED] = ALWAYS | ANSWER | MISTAKE,
	[SAT_EXPIRED] = ALWAYS | ANSWER | TO(SAT_RENEWED) | MISTAKE,
	[SAT_INVALIDATED] = ALWAYS | ANSWER | MISTAKE,
	[SAT_ENTERED_IN_ERROR] = ALWAYS | ANSWER,
};

bool sat_event_may_follow(sat_event before, sat_event next)
{
	return before <= SAT_EVENT_LAST && next <= SAT_EVENT_LAST && (may_follow[before] & TO(next)) != 0;
}

bool sat_event_permits(sat_event event) { return event == SAT_GIVEN || event == SAT_RENEWED; }
