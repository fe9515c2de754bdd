package expression_test

import (
	"fmt"
	"time"

	"callsheet/engine/expression"
)

func Example() {
	schema, err := expression.NewSchema([]expression.Field{
		{Name: "lead.score", Type: expression.Integer, Required: true},
		{Name: "lead.role", Type: expression.Choice, Values: []string{"owner", "heir"}},
	}, time.UTC)
	if err != nil {
		fmt.Println(err)
		return
	}
	condition, faults := schema.Condition(`lead.score >= 20 and lead.role == "owner"`, expression.Scope{})
	if len(faults) > 0 {
		fmt.Println(faults)
		return
	}

	batch := schema.NewBatch(3)
	for row, score := range []int64{80, 10, 80} {
		batch.SetInt(0, row, score)
	}
	batch.SetText(1, 0, "owner") // nothing is known about the role of the others
	truth := condition.Eval(batch)
	for row := range batch.Len() {
		fmt.Println(truth.At(row))
	}
	// Output:
	// true true
	// false true
	// false false
}

func ExampleSchema_Condition_faults() {
	schema, err := expression.NewSchema([]expression.Field{
		{Name: "lead.country", Type: expression.Text},
		{Name: "lead.role", Type: expression.Choice, Values: []string{"owner", "heir"}},
	}, time.UTC)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, faults := schema.Condition(`lead.contry == "FR" and lead.role == "Owner"`, expression.Scope{})
	for _, f := range faults {
		fmt.Printf("%s %d-%d %s: %s\n", f.Code, f.From, f.To, f.Message, f.Hint)
	}
	// Output:
	// R101 5-11 unknown field `lead.contry`: did you mean country?
	// R104 37-44 "Owner" is not a value of `lead.role`: did you mean "owner"? allowed: owner, heir
}
