package calendar

import "fmt"

// Clock is a time of day on the wall: whole minutes since midnight, 0 to 1440. 1440 is 24:00, the end of the day.
type Clock int

const endOfDay Clock = 24 * 60

// ParseClock reads a time of day such as "09:30", with two digits each. "24:00" is allowed and means the end of the day.
func ParseClock(text string) (Clock, error) {
	hour, okHour := digits(text, 0, 2)
	minute, okMinute := digits(text, 3, 2)
	c := Clock(hour*60 + minute)
	if len(text) != 5 || text[2] != ':' || !okHour || !okMinute || minute > 59 || c > endOfDay {
		return 0, fmt.Errorf("%q is not a time of day: write it as 09:30, from 00:00 to 24:00", text)
	}
	return c, nil
}

// String returns the time of day as 09:30.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }
