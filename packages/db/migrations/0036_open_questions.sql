-- Up Migration
-- What the knowledge leaves open is found without reading every message, however often somebody asks for it.
CREATE INDEX messages_left_open ON messages (tenant_id, created_at)
  WHERE outcome IN ('unknown', 'failed') OR notice = 'handed_off';
CREATE INDEX runs_of_question ON runs (tenant_id, question_id);
CREATE INDEX message_votes_down ON message_votes (tenant_id, message_id) WHERE vote = 'down';
CREATE INDEX gap_questions_voted_down ON gap_questions (tenant_id, message_id) WHERE reason = 'voted_down';

-- Down Migration
DROP INDEX gap_questions_voted_down;
DROP INDEX message_votes_down;
DROP INDEX runs_of_question;
DROP INDEX messages_left_open;
