// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/document.hpp"

#include "qpkg/model/id.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace qpkg;

namespace {

cli::Document a_document()
{
    return cli::Document("list")
        .table("apps", {{"app", "APP"}, {"size", "SIZE"}, {"volume", ""}},
               {{cli::text("git"), cli::size(4096), cli::text("ab")},
                {cli::text("keepassxc"), cli::size(48'444'211), cli::text("cd")}})
        .field("free", cli::size(1024), "Free space")
        .field("secret", cli::flag(true))
        .done("Done: listed.");
}

} // namespace

TEST_CASE("people get aligned columns, labels and the closing line, without fields for scripts")
{
    std::ostringstream out;
    cli::render_text(a_document(), out);

    CHECK(out.str() == "  APP        SIZE\n"
                       "  git        4.0 KiB\n"
                       "  keepassxc  46.2 MiB\n"
                       "  Free space  1.0 KiB\n"
                       "Done: listed.\n");
}

TEST_CASE("scripts get one document with raw values, the schema first")
{
    const auto json = cli::render_json(a_document());

    CHECK(json.starts_with("{\n  \"schema\": \"qpkg.list/1\",\n  \"ok\": true,"));
    CHECK(json.find("\"size\": 48444211") != std::string::npos);
    CHECK(json.find("\"volume\": \"cd\"") != std::string::npos);
    CHECK(json.find("\"secret\": true") != std::string::npos);
    CHECK(json.find("\"summary\": \"Done: listed.\"") != std::string::npos);
}

namespace {

struct Shelf {
    AppId name;
    bool full;
    std::uint64_t bytes;
    std::vector<std::string> labels;
};

struct Place {
    Shelf shelf;
};

} // namespace

TEST_CASE("a column says once what people and scripts get of a row")
{
    const std::vector<Place> places = {{{AppId::require("org.example.git"), true, 2048, {"a", "b"}}}};
    const auto fill = [](bool full) { return cli::shown_as(cli::flag(full), full ? "full" : "free"); };
    const auto document = cli::Document("list")
                              .table("places", places, cli::column("name", "NAME", &Place::shelf, &Shelf::name),
                                     cli::column("full", "FILL", &Place::shelf, &Shelf::full, fill),
                                     cli::column("bytes", "SIZE", &Place::shelf, &Shelf::bytes, cli::size),
                                     cli::column("labels", "", [](const Place& place) { return place.shelf.labels; }))
                              .field("empty", std::vector<std::string>(), "Nothing");
    std::ostringstream out;
    cli::render_text(document, out);
    const auto json = cli::render_json(document);

    CHECK(out.str() == "  NAME             FILL  SIZE\n"
                       "  org.example.git  full  2.0 KiB\n");
    CHECK(json.find("\"name\": \"org.example.git\"") != std::string::npos);
    CHECK(json.find("\"full\": true") != std::string::npos);
    CHECK(json.find("\"bytes\": 2048") != std::string::npos);
    CHECK(json.find("\"labels\": [\n        \"a\",") != std::string::npos);
    CHECK(json.find("\"empty\": []") != std::string::npos);
}

TEST_CASE("bytes that are not UTF-8 still make a valid document")
{
    CHECK(cli::render_json(cli::Document("x").field("name", cli::text("a\xff"))).find("\xff") == std::string::npos);
}

TEST_CASE("a failure is a document too")
{
    const auto json = cli::render_json_failure("install", 3, "there is no app \"x\"", "see");

    CHECK(json.find("\"ok\": false") != std::string::npos);
    CHECK(json.find("\"code\": 3") != std::string::npos);
}
