import Foundation
import ParsingProperties

/// The property that `LATCHKEY_FUZZ_PROPERTY` names, looked up once.
private let property: ParsingProperty = {
    let name = ProcessInfo.processInfo.environment["LATCHKEY_FUZZ_PROPERTY"] ?? ""
    guard let property = ParsingProperty(rawValue: name) else {
        fatalError("LATCHKEY_FUZZ_PROPERTY must be one of \(ParsingProperty.allCases.map(\.rawValue))")
    }
    return property
}()

/// What libFuzzer calls with each of its inputs.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try property.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        fatalError("the property \(property) does not hold: \(error)")
    }
    return 0
}
