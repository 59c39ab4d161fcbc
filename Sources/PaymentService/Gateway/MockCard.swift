/// How the mock gateway's test tokens behave.
enum MockCard: Sendable, Equatable {
    case good
    case declined(String)
    /// Authorizes, but the capture is declined.
    case captureFails
    /// Does what is asked, but the first answer comes much too late.
    case late

    init(token: String) {
        switch token {
        case "tok_visa", "tok_mastercard": self = .good
        case "tok_declined": self = .declined("card_declined")
        case "tok_insufficient_funds": self = .declined("insufficient_funds")
        case "tok_expired": self = .declined("expired_card")
        case "tok_capture_fails": self = .captureFails
        case "tok_timeout": self = .late
        default: self = .declined("invalid_token")
        }
    }
}
