/// Which passwords are accepted when they are chosen: 8 to 128 characters, any of Unicode's (NIST SP 800-63B section
/// 3.1.1: length matters, composition rules do not).
enum PasswordPolicy {
    static let requirement = "must have 8 to 128 characters"

    static func accepts(_ password: String) -> Bool {
        (8...128).contains(password.unicodeScalars.count)
    }
}
