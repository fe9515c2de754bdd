package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"
)

// call is one report and the lead that it is about.
type call struct{ id, lead, phone, body string }

// wrapups are what agents say of calls, in the words of the shipped rules.
func wrapups() []string {
	return []string{"Pas de réponse", "Répondeur", "Pas de réponse", "Rappel", "Occupé", "Qualifié", "Pas intéressé", "Répondeur"}
}

// newCalls makes n calls that no other run has, all of them in half an hour
// from the given one.
func newCalls(n int, run, from time.Time) []call {
	calls := make([]call, n)
	prefix := strconv.FormatInt(run.UnixNano(), 36)
	labels := wrapups()
	for i := range calls {
		c := &calls[i]
		c.id, c.lead = fmt.Sprintf("c-%s-%d", prefix, i), fmt.Sprintf("L-%s-%06d", prefix, i)
		c.phone = invented(i)
		start := from.Add(time.Duration(i%1800) * time.Second)
		fields := map[string]any{
			"agent": fmt.Sprintf("a%d", i%12), "callDurationInSeconds": strconv.Itoa(20 + i%300), "callBackDate": nil,
			"callEnd": start.Add(time.Duration(20+i%300) * time.Second).Format(layout), "callId": c.id, "callResult": "CONNECTED", "callStart": start.Format(layout),
			"callType": "campaignOutboundCall", "campaignId": "7", "campaignName": "PVI", "contactId": c.lead, "contactPhone": c.phone,
			"conversationDuration": strconv.Itoa(i % 300), "displayedPhoneNumber": "+33162000101", "wrapupComment": "rappeler après 18 h, préfère être jointe chez elle",
			"wrapup": labels[i%len(labels)],
		}
		if fields["wrapup"] == "Rappel" {
			fields["callBackDate"] = start.AddDate(0, 0, 1+i%5).Format(layout)
		}
		text, _ := json.Marshal(fields) // texts and nulls
		c.body = string(text)
	}
	return calls
}

// invented is one of 50 000 numbers that nobody has: the French numbering plan
// keeps them for fiction (ARCEP, decision 2018-0881).
func invented(i int) string {
	ranges := []string{"19900", "26191", "35301", "46571", "53649"}
	return fmt.Sprintf("+33%s%04d", ranges[i/10_000%len(ranges)], i%10_000)
}

// layout is how dialers write times.
const layout = "02/01/2006 15:04:05"

// leadOf is the lead of a call as a JSON object.
func (c *call) leadOf() string {
	return fmt.Sprintf(`{"id":%q,"phone":%q,"source":"estimation","legal_basis":"request","postal_code":"75011","estimated_price":"350000","sell_horizon_months":"2","last_name":"Durand","first_name":"Anne"}`, c.lead, c.phone)
}

// writeLeads writes the leads of calls as a file that the program imports.
func writeLeads(path string, calls []call) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	text := bufio.NewWriter(file)
	for i := range calls {
		fmt.Fprintln(text, calls[i].leadOf())
	}
	if err := text.Flush(); err != nil {
		return err
	}
	return file.Close()
}
