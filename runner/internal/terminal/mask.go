package terminal

import (
	"strings"
	"unicode"
)

// Mask hides a phone number for people who do not need it: the four digits
// before the last two become stars, "+33199000001" is "+33199****01". What is
// too short or too long to be one number, or has letters in it, is hidden
// altogether; an empty text stays empty.
func Mask(phone string) string {
	if phone == "" {
		return ""
	}
	digits, letters := 0, false
	for _, r := range phone {
		if unicode.IsDigit(r) {
			digits++
		}
		letters = letters || unicode.IsLetter(r)
	}
	if letters || digits < 8 || digits > 15 {
		return "****"
	}
	var masked strings.Builder
	for _, r := range phone {
		if unicode.IsDigit(r) {
			if digits > 2 && digits <= 6 {
				r = '*'
			}
			digits--
		}
		masked.WriteRune(r)
	}
	return masked.String()
}
