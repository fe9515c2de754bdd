package report

import (
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount in cents. As JSON it is a number without needless zeros:
// 2097, 1450.5, -0.05.
type Money int64

// String is the amount with two decimals: "2097.00".
func (m Money) String() string { return hundredths(int64(m)) }

// MarshalJSON writes the amount exactly.
func (m Money) MarshalJSON() ([]byte, error) { return []byte(shortest(int64(m))), nil }

// Ratio is a ratio in hundredths, half up: 145 is 1.45.
type Ratio int64

// MarshalJSON writes the ratio without needless zeros.
func (r Ratio) MarshalJSON() ([]byte, error) { return []byte(shortest(int64(r))), nil }

// String is the ratio with two decimals.
func (r Ratio) String() string { return hundredths(int64(r)) }

// progression is how much of a target is reached: 0 when there is no target,
// and never below 0.
func progression(amount, target Money) Ratio {
	if target <= 0 || amount <= 0 {
		return 0
	}
	return Ratio((200*amount + target) / (2 * target))
}

func hundredths(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

func shortest(n int64) string {
	return strings.TrimSuffix(strings.TrimRight(hundredths(n), "0"), ".")
}

// cents reads an amount as a database gives it. An amount that is no whole
// number of cents is an error: nothing is rounded.
func cents(value any) (Money, error) {
	text := ""
	switch v := value.(type) {
	case int64:
		text = strconv.FormatInt(v, 10)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		return 0, fmt.Errorf("the amount is %v and no number", value)
	}
	whole, decimals, _ := strings.Cut(strings.TrimSpace(text), ".")
	decimals = strings.TrimRight(decimals, "0")
	if len(decimals) > 2 {
		return 0, fmt.Errorf("the amount %s has parts of a cent", text)
	}
	n, err := strconv.ParseInt(whole+(decimals + "00")[:2], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the amount %s is no number of euros and cents", text)
	}
	return Money(n), nil
}
