package main

import (
	"path/filepath"
	"strings"
	"testing"

	"callsheet/runner/internal/store/storetest"
)

// database is where a test keeps what it stores: a file in dir, or what
// TestOnPostgres gives it.
func database(t *testing.T, dir string) string {
	t.Helper()
	if strings.HasPrefix(t.Name(), "TestOnPostgres/") {
		return storetest.Postgres(t)
	}
	return filepath.Join(dir, "callsheet.db")
}

// What a service, its schedule, loops and what they hand over come to, and what
// is left when they are killed, is the same on PostgreSQL.
func TestOnPostgres(t *testing.T) {
	takesLong(t, "running tests a second time")
	t.Parallel()
	for name, test := range map[string]func(*testing.T){
		"ReportsRepeatedLateAndReversed": TestReportsRepeatedLateAndReversed,
		"Callbacks":                      TestCallbacks,
		"UnknownContact":                 TestUnknownContact,
		"ReportsAtOnce":                  TestReportsAtOnce,
		"PostLead":                       TestPostLead,
		"StartAndStopByHTTP":             TestStartAndStopByHTTP,
		"ReloadByHTTP":                   TestReloadByHTTP,
		"SignedWebhooks":                 TestSignedWebhooks,
		"AMessageIsAppliedOnce":          TestAMessageIsAppliedOnce,
		"PushedMessages":                 TestPushedMessages,
		"PushedCallbackRequest":          TestPushedCallbackRequest,
		"Poison":                         TestPoison,
		"ReportsByHTTP":                  TestReportsByHTTP,
		"DeadLettersAreSettled":          TestDeadLettersAreSettled,
		"KilledServiceLosesNoMessage":    TestKilledServiceLosesNoMessage,
		"ScheduleLivesADay":              TestScheduleLivesADay,
		"ScheduleLeavesWhatIsStopped":    TestScheduleLeavesWhatIsStopped,
		"OneScheduleAtATime":             TestOneScheduleAtATime,
		"Loop":                           TestLoop,
		"LoopReloadsTheRuleBook":         TestLoopReloadsTheRuleBook,
		"OneLoopAtATime":                 TestOneLoopAtATime,
		"KilledWhileSendingRecordings":   TestKilledWhileSendingRecordings,
		"TwoSendRecordings":              TestTwoSendRecordings,
		"KilledWhileHandingOver":         TestKilledWhileHandingOver,
		"ServeProcess":                   TestServeProcess,
		"ServeAdoptsRules":               TestServeAdoptsRules,
		"PlanOverSnapshot":               TestPlanOverSnapshot,
	} {
		t.Run(name, test)
	}
}
