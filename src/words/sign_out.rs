//! What a sign-out at a watched service comes to, where it is not over at once.

/// It was asked for.
pub const ASKED: &str = "The service was asked to end it, and has not confirmed it yet.";

/// Nothing can be done from here.
pub const REFUSED: &str = "The service does not let it be ended from here.";

/// The key that the home has there may not end it.
pub const ONLY_ITS_OWNER: &str = "Only the person whose sign-in it is can end it.";

/// It is the home's own.
pub const OUR_OWN: &str = "By this sign-in Latchkey reads the service. Remove the service to give it up.";

/// It is a program's, and was not chosen by itself.
pub const A_PROGRAMS: &str = "This is a program's sign-in. Choose it by itself to end it.";
