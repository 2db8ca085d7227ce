-- What an entry of the history says beyond its kind is data: a kind with figures. `detail` is what versions before this one wrote,
-- a word or a name, which is read by the entry's kind and stays as it is. The column of its own tells them apart: a device may be
-- called anything, also as the data of another entry.
ALTER TABLE history ADD COLUMN detail_data TEXT;

-- It was empty since places are told apart by what they are, and not by what they are called.
ALTER TABLE alerts DROP COLUMN place_key;
