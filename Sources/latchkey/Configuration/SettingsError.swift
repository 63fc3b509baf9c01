import Foundation

/// What is wrong with the settings: all of it at once, each with where it came from and what to do.
struct SettingsError: Error, CustomStringConvertible {
    let problems: [String]

    init(problems: [String]) {
        self.problems = problems
    }

    init(_ problem: String) {
        problems = [problem]
    }

    var description: String { problems.joined(separator: "\n") }
}

/// What went wrong, in the system's words.
func reason(of error: any Error) -> String {
    var next: NSError? = error as NSError
    while let current = next {
        if current.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(current.code))) }
        next = current.userInfo[NSUnderlyingErrorKey] as? NSError
    }
    return switch error {
    case CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile: "no such file"
    case CocoaError.fileReadNoPermission: "permission denied"
    default: "\(error)"
    }
}
