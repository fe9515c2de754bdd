package expression

import (
	"testing"
	"time"
)

// outcomes are the three results of a condition.
const (
	yes     = "true"
	no      = "false"
	unknown = "unknown"
)

func verdict(c *Condition, b *Batch, i int) string {
	value, known := c.Eval(b).At(i)
	switch {
	case !known:
		return unknown
	case value:
		return yes
	}
	return no
}

// conditionCase is a condition, a lead and what holds.
type conditionCase struct {
	src  string
	lead row
	want string
}

func checkConditions(t *testing.T, cases []conditionCase) {
	t.Helper()
	s := testSchema(t)
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			if got := verdict(mustCondition(t, s, c.src), load(t, s, c.lead), 0); got != c.want {
				t.Errorf("%v: got %s, want %s", c.lead, got, c.want)
			}
		})
	}
}

// instant is a local time in Paris.
func instant(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := testSchema(t).date(text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestComparisons(t *testing.T) {
	t.Parallel()
	checkConditions(t, []conditionCase{
		{`lead.score >= 20`, row{"lead.score": 20}, yes},
		{`lead.score >= 20`, row{"lead.score": 19}, no},
		{`lead.score > 20`, row{}, unknown},
		{`20 < lead.score`, row{}, unknown},
		{`lead.visits < lead.score`, row{"lead.score": 1}, unknown},
		{`lead.visits < lead.score`, row{"lead.visits": 1}, unknown},
		{`lead.visits < lead.score`, row{"lead.visits": 1, "lead.score": 2}, yes},
		{`lead.visits != 5`, row{}, unknown},
		{`lead.visits != 5`, row{"lead.visits": 4}, yes},
		{`not (lead.visits == 5)`, row{}, unknown},
		{`not lead.media_zone`, row{}, unknown},
		{`!lead.media_zone`, row{"lead.media_zone": false}, yes},
		{`lead.media_zone == true`, row{"lead.media_zone": true}, yes},
		{`lead.media_zone != lead.in_wallet`, row{"lead.media_zone": false, "lead.in_wallet": false}, no},
		{`lead.media_zone == nil`, row{}, yes},
		{`lead.media_zone == nil`, row{"lead.media_zone": false}, no},
		{`nil != lead.visits`, row{}, no},
		{`nil != lead.visits`, row{"lead.visits": 0}, yes},
		{`is_empty(lead.city)`, row{}, yes},
		{`is_empty(lead.city)`, row{"lead.city": "Paris"}, no},
		{`is_empty(lead.tags)`, row{}, yes},
		{`is_empty(lead.tags)`, row{"lead.tags": []string{}}, yes},
		{`is_empty(lead.visits > 3)`, row{}, yes},
		{`is_empty(trim(lead.city))`, row{"lead.city": "  "}, yes},
		{`trim(lead.city) == nil`, row{"lead.city": "  "}, no},
		{`(lead.visits ?? 0) > 2`, row{}, no},
		{`(lead.visits ?? 3) > 2`, row{}, yes},
		{`2 < lead.visits ?? 3`, row{}, yes},
		{`(lead.visits ?? lead.score) > 2`, row{}, unknown},
		{`(lead.role ?? "other") == "other"`, row{}, yes},
		{`(lead.estimated_price ?? 0) == 0`, row{}, yes},
		{`lead.media_zone ?? true`, row{}, yes},
		{`lead.role == "owner"`, row{}, unknown},
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time { return instant(t, text) }
	checkConditions(t, []conditionCase{
		{`lead.role in ["owner", "heir"]`, row{}, unknown},
		{`lead.role in ["owner", "heir"]`, row{"lead.role": "heir"}, yes},
		{`lead.role not in ["owner", "heir"]`, row{"lead.role": "heir"}, no},
		{`lead.role not in ["owner", "heir"]`, row{}, unknown},
		{`lead.city in ["a","b","c","d","e","f","g","h","i","j"]`, row{"lead.city": "j"}, yes},
		{`lead.city in ["a","b","c","d","e","f","g","h","i","j"]`, row{}, unknown},
		{`lead.city in [lead.country, "x"]`, row{"lead.city": "y", "lead.country": "y"}, yes},
		{`lead.city in [lead.country, "x"]`, row{"lead.city": "y"}, unknown},
		{`lead.city in [lead.country, "x"]`, row{"lead.city": "x"}, yes},
		{`lead.visits in [0, 1]`, row{}, unknown},
		{`lead.visits in [0, 2.5]`, row{"lead.visits": 0}, yes},
		{`lead.estimated_price in [100000, 200000]`, row{"lead.estimated_price": 200000.0}, yes},
		{`lead.visits in 4..6`, row{"lead.visits": 6}, yes},
		{`lead.visits in 4..6`, row{"lead.visits": 7}, no},
		{`lead.visits in 4..6`, row{}, unknown},
		{`lead.visits in lead.score..6`, row{"lead.visits": 3, "lead.score": 3}, yes},
		{`lead.created_at in [date("2026-11-01")]`, row{"lead.created_at": at("2026-11-01")}, yes},
		{`"vip" in lead.tags`, row{"lead.tags": []string{"a", "vip"}}, yes},
		{`"vip" in lead.tags`, row{"lead.tags": []string{"a"}}, no},
		{`"vip" in lead.tags`, row{}, unknown},
		{`"vip" in (lead.tags ?? [])`, row{}, no},
		{`lead.city in lead.tags`, row{"lead.tags": []string{"a"}}, unknown},
		{`any(lead.tags, # startsWith "v")`, row{"lead.tags": []string{"a", "vip"}}, yes},
		{`any(lead.tags, # startsWith "v")`, row{}, unknown},
		{`any(lead.tags, # == lead.city)`, row{"lead.tags": []string{"a"}}, unknown},
		{`any(lead.tags, # == lead.city or # == "a")`, row{"lead.tags": []string{"b", "a"}}, yes},
		{`all(lead.tags, len(#) == 1)`, row{"lead.tags": []string{"a", "b"}}, yes},
		{`all(lead.tags, # == lead.city and # == "a")`, row{"lead.tags": []string{"b", "a"}}, no},
		{`none(lead.tags, # == "x")`, row{"lead.tags": []string{"b", "a"}}, yes},
		{`one(lead.tags, # == "a")`, row{"lead.tags": []string{"a", "a"}}, no},
		{`count(lead.tags, # == "a") == 2`, row{"lead.tags": []string{"a", "a"}}, yes},
		{`count(lead.tags, # == lead.city) == 0`, row{"lead.tags": []string{"a", "a"}}, unknown},
		{`len(filter(lead.tags, # != "a")) == 0`, row{"lead.tags": []string{"a", "a"}}, yes},
		{`first(lead.tags) == "a" and last(lead.tags) == "b"`, row{"lead.tags": []string{"a", "b"}}, yes},
		{`first(filter(lead.tags, # == "z")) == "a"`, row{"lead.tags": []string{"a"}}, unknown},
		{`any(lead.tags, any(split(#, ","), # == "b"))`, row{"lead.tags": []string{"x", "a,b"}}, yes},
	})
}

func TestTexts(t *testing.T) {
	t.Parallel()
	checkConditions(t, []conditionCase{
		{`lead.city contains "ar"`, row{"lead.city": "Paris"}, yes},
		{`lead.city contains "ar"`, row{}, unknown},
		{`lead.city not contains "ar"`, row{}, unknown},
		{`lead.city not contains "ar"`, row{"lead.city": "Lyon"}, yes},
		{`lead.city startsWith lead.country`, row{"lead.city": "FRA"}, unknown},
		{`lead.city endsWith "is"`, row{"lead.city": "Paris"}, yes},
		{`lead.city matches "^P.*s$"`, row{"lead.city": "Paris"}, yes},
		{`lead.city matches "^P"`, row{}, unknown},
		{`lead.city matches lead.country`, row{"lead.city": "Paris", "lead.country": "^P"}, yes},
		{`lead.city matches lead.country`, row{"lead.city": "Paris", "lead.country": "("}, unknown},
		{`lower(lead.city) == "paris" and upper(lead.city) == "PARIS"`, row{"lead.city": "Paris"}, yes},
		{`trim(lead.city, "x") == "y"`, row{"lead.city": "xyx"}, yes},
		{`trimPrefix(lead.city, "x") + trimSuffix(lead.city, "x") == "yxxy"`, row{"lead.city": "xyx"}, yes},
		{`int(lead.city) == 12`, row{"lead.city": "12"}, yes},
		{`int(lead.city) == 12`, row{"lead.city": "douze"}, unknown},
		{`float(lead.city) == 1.5`, row{"lead.city": "1.5"}, yes},
		{`string(lead.score) + string(lead.in_wallet) + string(lead.estimated_price) == "5true2.5"`, row{"lead.score": 5, "lead.in_wallet": true, "lead.estimated_price": 2.5}, yes},
		{`lead.city + "x" == "x"`, row{}, unknown},
	})
}

func TestArithmetic(t *testing.T) {
	t.Parallel()
	checkConditions(t, []conditionCase{
		{`lead.visits + 1 > 0`, row{}, unknown},
		{`lead.visits * 2 - 1 == 5`, row{"lead.visits": 3}, yes},
		{`lead.visits / 2 == 1.5`, row{"lead.visits": 3}, yes},
		{`lead.visits % 2 == 1`, row{"lead.visits": 3}, yes},
		{`lead.visits ^ 2 == 9 and lead.visits ** 2 == 9`, row{"lead.visits": 3}, yes},
		{`1 / lead.score > 1`, row{"lead.score": 0}, unknown},
		{`not (1 / lead.score > 1)`, row{"lead.score": 0}, unknown},
		{`lead.score / lead.attempts > 1`, row{"lead.score": 0, "lead.attempts": 0}, unknown},
		{`lead.score ^ -1 > 1`, row{"lead.score": 0}, unknown},
		{`((1 / lead.score) ?? 5.0) == 5`, row{"lead.score": 0}, yes},
		{`1 % lead.score > 1`, row{"lead.score": 0}, unknown},
		{`-lead.score == -3 and +lead.score == 3`, row{"lead.score": 3}, yes},
		{`min(lead.visits, 10) == 10 and max(lead.visits, 2.5) == 12`, row{"lead.visits": 12}, yes},
		{`min(lead.visits, 10) > 0`, row{}, unknown},
		{`abs(lead.score) == 3 and round(2.5) == 3 and floor(2.5) == 2 and ceil(2.5) == 3`, row{"lead.score": -3}, yes},
		{`(lead.visits > 3 ? 1 : 2) == 2`, row{}, unknown},
		{`(lead.score > 3 ? lead.visits : 2) == 2`, row{"lead.score": 5}, unknown},
		{`(lead.score > 3 ? lead.visits : 2) == 2`, row{"lead.score": 1}, yes},
		{`if lead.score > 3 { lead.media_zone } else { false }`, row{"lead.score": 4}, unknown},
		{`1 < lead.score < 4`, row{"lead.score": 3}, yes},
		{`1 < lead.score < 3`, row{"lead.score": 3}, no},
	})
}

func TestTime(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time { return instant(t, text) }
	checkConditions(t, []conditionCase{
		{`lead.estimated_at > date("2026-01-01")`, row{"lead.estimated_at": at("2026-01-01T00:00")}, no},
		{`lead.estimated_at >= date("2026-01-01")`, row{"lead.estimated_at": at("2026-01-01T00:00")}, yes},
		{`lead.estimated_at < now`, row{}, unknown},
		{`days_since(lead.estimated_at) == 1`, row{"lead.estimated_at": at("2026-11-22T23:59")}, yes},
		{`days_since(lead.estimated_at) == 0`, row{"lead.estimated_at": at("2026-11-23T00:00")}, yes},
		{`days_since(lead.estimated_at) == 1`, row{}, unknown},
		{`hours_since(lead.estimated_at) == 1.5`, row{"lead.estimated_at": at("2026-11-23T08:30")}, yes},
		{`local_hour(lead.estimated_at) == 9`, row{"lead.estimated_at": at("2026-07-01T09:59")}, yes},
		{`lead.created_at + days(1) == date("2026-10-25T10:00")`, row{"lead.created_at": at("2026-10-24T10:00")}, yes},
		{`lead.created_at + hours(24) == date("2026-10-25T09:00")`, row{"lead.created_at": at("2026-10-24T10:00")}, yes},
		{`lead.created_at - days(1) == date("2026-03-28T10:00")`, row{"lead.created_at": at("2026-03-29T10:00")}, yes},
		{`days(1) + lead.created_at == date("2026-06-02T10:00")`, row{"lead.created_at": at("2026-06-01T10:00")}, yes},
		{`lead.created_at + days(1.5) == date("2026-06-02T22:00")`, row{"lead.created_at": at("2026-06-01T10:00")}, yes},
		{`lead.created_at + days(lead.visits) > now`, row{"lead.created_at": at("2026-06-01T10:00")}, unknown},
		{`now - lead.created_at > days(3)`, row{"lead.created_at": at("2026-11-20T10:00")}, no},
		{`now - lead.created_at >= hours(72)`, row{"lead.created_at": at("2026-11-20T10:00")}, yes},
		{`lead.wait + hours(1) == 2 * hours(1)`, row{"lead.wait": time.Hour}, yes},
		{`lead.wait > hours(1)`, row{}, unknown},
		{`lead.wait - hours(1) < hours(lead.visits)`, row{"lead.wait": time.Hour, "lead.visits": 1}, yes},
		{`hours(2) * 1.5 == hours(3)`, row{}, yes},
		{`hours(1e12) > hours(1)`, row{}, unknown},
		{`days(lead.estimated_price) > hours(1)`, row{"lead.estimated_price": 1e300}, unknown},
		{`lead.created_at - hours(2) < lead.created_at`, row{"lead.created_at": at("2026-06-01")}, yes},
		{`abs(lead.estimated_price) == 2.5 and -lead.estimated_price == 2.5`, row{"lead.estimated_price": -2.5}, yes},
		{`int(lead.estimated_price) == 2`, row{"lead.estimated_price": 1e300}, unknown},
		{`string(lead.city) == lead.city`, row{"lead.city": "Lyon"}, yes},
		{`lead.estimated_price == 3`, row{"lead.estimated_price": 3}, yes},
		{`nil == nil`, row{}, yes},
		{`lead.source == "fsbo" | is_empty()`, row{}, yes},
		{`contact.phone startsWith "+33"`, row{"contact.phone": "+33199000001"}, yes},
		{`true`, row{}, yes},
		{`not true`, row{}, no},
		{"lead.score > 1 // warm\n and lead.score < 9", row{"lead.score": 3}, yes},
	})
}

func TestTruthTables(t *testing.T) {
	t.Parallel()
	s := testSchema(t)
	states := []string{yes, no, unknown}
	tables := map[string][9]string{
		"and": {yes, no, unknown, no, no, no, unknown, no, unknown},
		"or":  {yes, yes, yes, yes, no, unknown, yes, unknown, unknown},
		"==":  {yes, no, unknown, no, yes, unknown, unknown, unknown, unknown},
	}
	for operator, table := range tables {
		t.Run(operator, func(t *testing.T) {
			t.Parallel()
			c := mustCondition(t, s, "lead.media_zone "+operator+" lead.in_wallet")
			var leads []row
			for _, left := range states {
				for _, right := range states {
					lead := row{}
					if left != unknown {
						lead["lead.media_zone"] = left == yes
					}
					if right != unknown {
						lead["lead.in_wallet"] = right == yes
					}
					leads = append(leads, lead)
				}
			}
			b := load(t, s, leads...)
			for i, want := range table {
				if got := verdict(c, b, i); got != want {
					t.Errorf("%s %s %s is %s, want %s", states[i/3], operator, states[i%3], got, want)
				}
			}
		})
	}
}
