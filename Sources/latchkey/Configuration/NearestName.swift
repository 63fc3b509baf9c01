/// The name that was probably meant: the nearest by edits, if it is near enough to be a slip.
func nearestName(to name: String, among names: [String]) -> String? {
    let limit = max(2, name.count / 4)
    let nearest = names.map { (name: $0, edits: edits(from: name, to: $0)) }.min { $0.edits < $1.edits }
    guard let nearest, nearest.edits <= limit else { return nil }
    return nearest.name
}

/// Letters to insert, remove or replace (Levenshtein's distance). The caller's names are short.
private func edits(from start: String, to end: String) -> Int {
    let start = Array(start.utf8.prefix(100))
    let end = Array(end.utf8.prefix(100))
    var row = Array(0...end.count)
    for (line, letter) in start.enumerated() {
        var diagonal = row[0]
        row[0] = line + 1
        for (column, other) in end.enumerated() {
            let replaced = diagonal + (letter == other ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
        }
    }
    return row[end.count]
}
