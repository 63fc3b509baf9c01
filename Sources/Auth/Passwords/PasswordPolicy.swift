package struct PasswordPolicy: Sendable {
    package enum Refusal: Equatable, Sendable {
        case tooShort(minimum: Int)
    }
}
