package dialer

// Points names the steps of a delivery at which [Publisher.Fault] is asked, in
// their order: first those of folders, then those of an HTTP server. What
// begins with stage or manifest is about to be done, but at .write half of the
// content is written; handover.after stands between the rename and its way to
// the disk.
func Points() []string {
	return []string{
		"stage.create", "stage.write", "stage.fsync", "stage.verify", "stage.witness", "stage.rename", "stage.sync",
		"staged.commit.before", "staged.commit.after",
		"manifest.create", "manifest.write", "manifest.fsync", "manifest.verify", "manifest.rename",
		"handover.before", "handover.after", "handover.synced",
		"sending.commit.before", "sending.commit.after", "send.before", "send.after",
		"published.commit.before", "published.commit.after", "forget",
	}
}
