-- Which run of the program has written an event: 32 hexadecimal digits, and nothing before this step. From here on, detail
-- is a JSON object.
ALTER TABLE audit_events ADD COLUMN operation TEXT;
