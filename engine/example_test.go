package engine_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"callsheet/engine"
)

// Open a folder of rule files, take the book in force, classify one lead.
func Example() {
	rules, err := engine.Open(context.Background(), "..", engine.Options{Now: time.Now})
	if err != nil {
		log.Fatal(err)
	}
	book := rules.Book()
	column := func(field string) int { i, _ := book.Schema.Index(field); return i }
	lead := book.Schema.NewBatch(1)
	lead.SetText(column("lead.role"), 0, "owner")
	lead.SetInt(column("lead.sell_horizon_months"), 0, 2)
	lead.SetText(column("lead.postal_code"), 0, "75011")
	is := book.Classify(lead, time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC))
	fmt.Println(is.Type[0], is.Segment[0], is.Score[0], is.Grade[0], is.Group[0].Name)
	// Output: RDVVQ PVI_NOW 50 warm IDF
}
