// The HTML report in a real browser: it draws itself, its filters work, nothing is said on the console. Needs
// Debian's chromium-headless-shell and is skipped, with a word, where that is missing.

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/report/html.h"
#include "tests/report/report_fixture.h"
#include "tests/support/tool.h"

namespace repro::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Appended to the page: acts as a reader and writes what it saw into the document.
constexpr std::string_view kReader = R"(<script>
addEventListener('error', (e) => { document.body.dataset.error = e.message; });
const seen = document.createElement('pre'); seen.id = 'seen'; document.body.append(seen);
const say = (name, value) => { seen.append(`${name}=${value};\n`); };
say('ready', document.documentElement.dataset.ready);
say('rows', document.querySelectorAll('#matrix tbody tr').length);
say('bugs', document.querySelectorAll('details.bug').length);
for (const bug of document.querySelectorAll('details.bug')) { bug.open = true; bug.dispatchEvent(new Event('toggle')); }
say('lanes', document.querySelectorAll('table.lanes thead th').length + ' x ' + document.querySelectorAll('table.lanes tbody tr').length);
say('charts', document.querySelectorAll('.uplot').length);
say('all', document.getElementById('run-count').textContent);
document.querySelector('[data-outcome="ok"]').click();
say('without ok', document.getElementById('run-count').textContent);
document.querySelector('[data-outcome="ok"]').click();
const search = document.getElementById('search'); search.value = 'heap-use'; search.dispatchEvent(new Event('input'));
say('searched', document.getElementById('run-count').textContent);
search.value = ''; search.dispatchEvent(new Event('input'));
document.querySelector('#matrix tbody button').click();
say('one arm', document.getElementById('run-count').textContent);
document.querySelector('#matrix tbody button').click();
say('drawn', document.querySelectorAll('#runs-rows [role=row]').length);
say('unlabelled', [...document.querySelectorAll('select,input,button,svg,.chart')].filter((e) => !(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label'))).length);
/// Contrast of two colours as WCAG 2.1 defines it.
const luminance = (c) => { const [r, g, b] = c.match(/[\d.]+/g).map(Number).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
const swatch = document.createElement('span'); document.body.append(swatch);
const rgb = (name) => { swatch.style.color = `var(--${name})`; return getComputedStyle(swatch).color; };
for (const theme of ['light', 'dark']) {
  document.documentElement.dataset.theme = theme;
  let least = 99;
  for (const front of ['text', 'quiet', 'link', 'crash', 'hang', 'fail', 'ok', 'infra']) for (const back of ['page', 'panel']) least = Math.min(least, contrast(rgb(front), rgb(back)));
  say(theme + ' contrast', least >= 4.5 ? 'enough' : least);
}
say('error', document.body.dataset.error || 'none');
</script>)";

/// Two switches, as `repro minimize --json` writes them.
constexpr std::string_view kSchedule =
    R"({"run": 6, "switches_before": 7, "replays": 11, "minimal": true, "switches": [
  {"thread": 0, "next_thread": 2, "preemptive": false, "operation": "join", "object": "",
   "stopped_at": {"function": "join"}, "stopped_code": "",
   "ran_until": {"function": "t2", "file": "bank.cc", "line": 7}, "ran_until_code": "lock(a); <b>"},
  {"thread": 2, "next_thread": 1, "preemptive": true, "operation": "mutex_lock", "object": "mutex 2",
   "stopped_at": {"function": "t2", "file": "bank.cc", "line": 7}, "stopped_code": "lock(a); <b>",
   "ran_until": null, "ran_until_code": ""}]})";

class PageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v chromium-headless-shell >/dev/null") != 0) {
      GTEST_SKIP() << "install chromium-headless-shell to look at the page in a browser";
    }
  }

  /// The document after its scripts, with what the browser's console was told below it.
  std::string browsed(const std::string& page) const {
    folder_.write("page.html", page);
    const std::string command =
        "cd '" + folder_.path() +
        "' && HOME=. timeout 60 chromium-headless-shell --no-sandbox --disable-gpu --window-size=1200,900 "
        "--enable-logging=stderr --virtual-time-budget=5000 --dump-dom page.html >dom 2>log; grep CONSOLE "
        "log >>dom; true";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return test::contents(folder_.file("dom"));
  }

  test::TemporaryFolder folder_;
};

std::string page_of(const CampaignSummary& summary, std::vector<RunRow> rows) {
  std::ostringstream out;
  const HtmlContent content{summary,
                            {example_finding(), example_finding()},
                            {std::string(kSchedule), ""},
                            {{0, {1, 2, 5}, {0.1, 0.5, 0.9}}},
                            {},
                            ""};
  EXPECT_TRUE(write_html(out, content, source_of(std::move(rows))));
  return out.str();
}

TEST_F(PageTest, DrawsItselfAndItsFiltersWork) {
  const std::string dom = browsed(page_of(example_summary(), example_rows()) + std::string(kReader));
  for (const char* const expected :
       {"ready=true;", "rows=4;", "bugs=3;", "lanes=4 x 3;", "charts=2;", "all=3 runs;",
        "without ok=2 runs of 3;", "searched=1 run of 3;", "one arm=0 runs of 3;", "drawn=3;",
        "unlabelled=0;", "light contrast=enough;", "dark contrast=enough;", "error=none;"}) {
    EXPECT_THAT(dom, HasSubstr(expected));
  }
  EXPECT_THAT(dom, Not(HasSubstr("CONSOLE")));
}

TEST_F(PageTest, KeepsFewRowsInTheDocumentWhateverTheNumberOfRuns) {
  std::vector<RunRow> rows(100'000, example_row());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].slot.index = i;
    rows[i].outcome = i % 7 == 0 ? Outcome::crash : Outcome::ok;
    rows[i].wall = std::chrono::microseconds(1000 + i % 977);
  }
  const std::string dom = browsed(page_of(example_summary(), std::move(rows)) + std::string(kReader));
  EXPECT_THAT(dom, HasSubstr("all=100,000 runs;"));
  EXPECT_THAT(dom, HasSubstr("without ok=14,286 runs of 100,000;"));
  EXPECT_THAT(dom, Not(HasSubstr("aria-rowindex=\"200\"")));
  EXPECT_THAT(dom, HasSubstr("error=none;"));
}

}  // namespace
}  // namespace repro::report
