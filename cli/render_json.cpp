// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/document.hpp"

#include <nlohmann/json.hpp>

namespace qpkg::cli {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Value& value)
{
    return std::visit([](const auto& raw) { return Json(raw); }, value.raw);
}

/// Bytes from outside may be any bytes; a document is always valid UTF-8.
std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

std::string schema_of(std::string_view command) { return "qpkg." + std::string(command) + "/1"; }

} // namespace

std::string render_json(const Document& document)
{
    Json json{{"schema", schema_of(document.command_)}, {"ok", true}};
    for (const auto& part : document.parts_) {
        if (const auto* field = std::get_if<Document::Field>(&part)) {
            json[field->key] = to_json(field->value);
        } else if (const auto* table = std::get_if<Document::Table>(&part)) {
            auto& rows = json[table->key] = Json::array();
            for (const auto& row : table->rows) {
                // A column's key is there once: nobody needs to look for it.
                auto& object = rows.emplace_back(Json::object()).get_ref<Json::object_t&>();
                object.reserve(row.size());
                for (std::size_t i = 0; i < row.size(); ++i) {
                    object.emplace_back(table->columns[i].key, to_json(row[i]));
                }
            }
        } else {
            const auto& line = std::get<Document::Line>(part);
            if (line.key == "next") {
                json["next"].push_back(line.words);
            } else if (!line.key.empty()) {
                json[line.key] = line.words;
            }
        }
    }
    return dump(json);
}

std::string render_json_failure(std::string_view command, int code, std::string_view message, std::string_view hint)
{
    return dump({{"schema", schema_of(command)},
                 {"ok", false},
                 {"error", {{"code", code}, {"message", message}, {"hint", hint}}}});
}

} // namespace qpkg::cli
