INSERT INTO "transfer" ("id", "lead_id", "contact_id", "rule", "status", "state", "agent", "candidates", "at", "settled_at", "version") VALUES ('c-1', 'L1', 'C1', 'support', 'support', 'done', 's1', '["s1: 1"]', 1795425000000, 1795425000000, '0a52febd09d49f486d3501af7ed77c9b5e132738eaf295ca8afc35b74005f1b5');
INSERT INTO "retry_date" ("contact_id", "call_id", "at", "told") VALUES ('C1', 'c-1', 1795424800000, 0);
INSERT INTO "transcript" ("call_id", "state", "at", "tries", "sent_at") VALUES ('c-1', 'pending', 1795424800000, 0, NULL);
