package engine

import (
	"strings"

	"callsheet/engine/expression"
)

// A lead is decided in this order: type, segment, score, grade, group, plan.
// A rule may read only what is decided before it; the scopes below say so,
// each with the sentence an analyst gets otherwise.

func denied(rules map[string]string) expression.Scope {
	return expression.Scope{Denied: func(field string) (string, bool) {
		if why, ok := rules[field]; ok {
			return why, true
		}
		root, _, _ := strings.Cut(field, ".")
		why, ok := rules[root]
		return why, ok
	}}
}

const (
	laterSegment  = "types and segments are decided before it is known"
	laterScore    = "the score is being made here"
	noSlot        = "there is no call, slot or campaign yet when this is decided"
	noAgent       = "no agent is chosen yet when this is decided"
	finishedCall  = "it belongs to a finished call; here the call is only planned"
	plannedCall   = "it belongs to a planned call; here the call is finished"
	noFinished    = "it belongs to a finished call; a dialer's file holds planned ones"
	noCallAtAll   = "no call is looked at here"
	noSlotHere    = "there is no slot here"
	noCampaignYet = "there is no campaign here"
	noAgentHere   = "there is no agent here"
)

// leadsScope is for rules/leads.yaml.
func leadsScope() expression.Scope {
	return denied(map[string]string{
		"lead.type": laterSegment, "lead.segment": laterSegment, "lead.score": laterSegment, "lead.grade": laterSegment,
		"lead.group": laterSegment, "lead.scored_at": laterSegment,
		"call": noSlot, "slot": noSlot, "campaign": noSlot, "agent": noAgent,
	})
}

// scoringScope is for scoring.yaml.
func scoringScope() expression.Scope {
	return denied(map[string]string{
		"lead.score": laterScore, "lead.grade": laterScore, "lead.group": laterScore, "lead.scored_at": laterScore,
		"call": noSlot, "slot": noSlot, "campaign": noSlot, "agent": noAgent,
	})
}

// campaignScope is for campaigns.yaml and packs.
func campaignScope() expression.Scope {
	rules := finishedFields(finishedCall)
	rules["agent"] = noAgent
	return denied(rules)
}

// recoveryScope is for rules/recovery.yaml.
func recoveryScope() expression.Scope {
	return denied(map[string]string{"call": noCallAtAll, "slot": noSlotHere, "campaign": noCampaignYet, "agent": noAgent})
}

// callbackScope is for rules/callbacks.yaml.
func callbackScope() expression.Scope {
	rules := plannedFields()
	rules["slot"], rules["campaign"], rules["agent"] = noSlotHere, noCampaignYet, noAgent
	return denied(rules)
}

// transferScope is for rules/transfers.yaml.
func transferScope() expression.Scope {
	rules := plannedFields()
	rules["slot"], rules["campaign"] = noSlotHere, noCampaignYet
	return denied(rules)
}

// dialerScope is for rules/dialers.yaml.
func dialerScope() expression.Scope { return denied(finishedFields(noFinished)) }

func finishedFields(why string) map[string]string {
	return map[string]string{
		"call.outcome": why, "call.wrapup": why, "call.callback_at": why, "call.started_at": why, "call.ended_at": why,
		"call.talk_seconds": why,
	}
}

func plannedFields() map[string]string {
	return map[string]string{
		"call.kind": plannedCall, "call.due_at": plannedCall, "call.not_before": plannedCall, "call.not_after": plannedCall,
	}
}
