internal import Beehive

/// Rows under headings, aligned with spaces.
struct TextTable {
    var headings: [String]
    var rows: [[String]] = []

    var text: String {
        // Names are the cloud's to choose, and a terminal obeys some characters.
        let all = [headings] + rows.map { $0.map { OneLine.of($0, limit: 300) } }
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 3)
            }.joined()
        }.joined(separator: "\n")
    }
}
