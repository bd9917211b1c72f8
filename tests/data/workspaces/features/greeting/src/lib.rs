pub fn text() -> &'static str {
    if cfg!(feature = "loud") {
        "HELLO"
    } else {
        "hello"
    }
}
