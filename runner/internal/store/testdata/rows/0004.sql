INSERT INTO "event" ("id", "source", "received_at", "state", "reason", "detail", "phone", "lead_id", "body") VALUES ('e-1', 'http', 1795424700000, 'failed', 'unknown_lead', '', '', '', '{}');
