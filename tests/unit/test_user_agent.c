/*
 * Which system and browser a text tells of: the tables of section 7, row by
 * row.  Expectations were taken from the reference implementation.
 */
#include "reader/user_agent.h"

#include <stdlib.h>

#include "tests/unit/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct told {
	const char *text;
	const char *answers[USER_AGENT_N_ANSWERS];
};

/* From memory of just that size, so that a sanitizer sees a step past it. */
static void
expect(const char *text, size_t n, const char *const *answers)
{
	char *copy = malloc(n > 0 ? n : 1);
	struct user_agent told;

	assert_non_null(copy);
	memcpy(copy, text, n);
	assert_true(user_agent_parse(copy, n, &told));
	for (int i = 0; i < USER_AGENT_N_ANSWERS; i++) {
		const struct ua_text *t = &told.answers[i];

		if (t->len != strlen(answers[i]) ||
		    memcmp(t->bytes, answers[i], t->len) != 0)
			fail_msg("answer %d about \"%s\" is \"%.*s\", not "
				 "\"%s\"",
			    i, text, (int)t->len, t->bytes, answers[i]);
	}
	free(copy);
}

static void
expect_all(const struct told *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect(cases[i].text, strlen(cases[i].text), cases[i].answers);
}

/* Rows 1 to 11 of section 7.1. */
static void
words_of_apple_tell_the_system(void **state)
{
	static const struct told cases[] = {
	    {"AppleTV6,2/11.1", {"ATV OS X", "0.0.0", "Other", "0.0.0"}},
	    {"AppleTV Android 9", {"ATV OS X", "0.0.0", "Other", "0.0.0"}},
	    {"like Mac OS X 10_1", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"Foo (like Mac OS 9) Windows 10",
		{"Windows", "0.0.0", "Other", "0.0.0"}},
	    {"Macintosh; Intel Mac OS X 10_15_7",
		{"Mac OS X", "10.15.7", "Other", "0.0.0"}},
	    {"Mac OS X Version/9.1", {"Mac OS X", "0.0.0", "Other", "0.0.0"}},
	    {"Mac OS 9.2", {"Mac OS X", "9.2", "Other", "0.0.0"}},
	    {"Mac OS X Android 5", {"Android", "5", "Android", "5"}},
	    {"iOS 17.1",
		{"iOS", "17.1", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"App (iOS; Android 4)", {"Android", "4", "Android", "4"}},
	    {"iPhone OS 17_5_1", {"iOS", "17.5.1", "Other", "0.0.0"}},
	    {"iPhone OS beta", {"iOS", "0.0.0", "Other", "0.0.0"}},
	    {"iPadOS 16.2",
		{"iOS", "16.2", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"iPadOS", {"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"iPad7,3 CFNetwork/1", {"iOS", "0.0.0", "iPad", "7.3"}},
	    {"iPad7iPad8 CFNetwork/1", {"iOS", "0.0.0", "iPad", "7"}},
	    {"(iPad) CFNetwork/1", {"iOS", "0.0.0", "iPad", "0.0.0"}},
	    {"iPhone14,3 CFNetwork/1", {"iOS", "0.0.0", "iPhone", "14.3"}},
	    {"iPhone12iPhone CFNetwork/1", {"iOS", "0.0.0", "iPhone", "12"}},
	    {"Apple-iPhone7C2/1202.466 CFNetwork/1",
		{"iOS", "0.0.0", "iPhone", "0.0.0"}},
	    {"iPad; CPU OS 16_3_1 like Mac OS X",
		{"iOS", "16.3.1", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"CPU OS 16_3_1", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"CPU OS iPad",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"iOS Mac OS X Version/4.1",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"AppleTV Chrome/1", {"ATV OS X", "0.0.0", "Other", "0.0.0"}},
	    {"Mac OS Chrome/1", {"Mac OS X", "0.0.0", "Other", "0.0.0"}},
	    {"Mac OS X Foo Chrome/1", {"Mac OS X", "0.0.0", "Chrome", "1"}},
	    {"iOS Chrome/1",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"iPadOS Chrome/1",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"iPhone OS 17Bot", {"iOS", "17Bot", "Other", "0.0.0"}},
	    {"CPU OS 9Bot", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"iPad7,3",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"iPhone14,3",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"Apple-iPhone7C2",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

/* Rows 12 to 17. */
static void
words_of_other_makers_tell_the_system(void **state)
{
	static const struct told cases[] = {
	    {"CrOS 12.3", {"Chrome OS", "12.3", "Other", "0.0.0"}},
	    {"CrOS x86_64 14541.0.0",
		{"Chrome OS", "14541.0.0", "Other", "0.0.0"}},
	    {"CrOS x86_64 beta 5", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"CrKey 1.5", {"Chromecast", "0.0.0", "Other", "0.0.0"}},
	    {"CrKey/1.5", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"PlayStation 4 Silk/1.0",
		{"Other", "0.0.0", "NetFront NX", "0.0.0"}},
	    {"PlayStation/4 Silk/1.0",
		{"Other", "0.0.0", "Amazon Silk", "1.0"}},
	    {"Android 14 Pixel", {"Android", "14", "Android", "14"}},
	    {"Android Android 9", {"Android", "9", "Android", "9"}},
	    {"Windows Phone 10.0", {"Windows Phone", "10.0", "Other", "0.0.0"}},
	    {"Windows Phone", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"Windows NT 10.0", {"Windows", "10", "Other", "0.0.0"}},
	    {"Windows NT Android 7", {"Android", "7", "Android", "7"}},
	    {"Windows XP", {"Windows", "0.0.0", "Other", "0.0.0"}},
	    {"Windows XPx 5.1", {"Windows", "0.0.0", "Other", "0.0.0"}},
	    {"Windows 6.1", {"Windows", "7", "Other", "0.0.0"}},
	    {"WindowsCE 5.2", {"Windows", "XP", "Other", "0.0.0"}},
	    {"Windows NT 6.0", {"Windows", "Vista", "Other", "0.0.0"}},
	    {"Windows NT 5.1", {"Windows", "XP", "Other", "0.0.0"}},
	    {"Windows NT 6.3", {"Windows", "8.1", "Other", "0.0.0"}},
	    {"Windows NT 6.2", {"Windows", "0.0.0", "Other", "0.0.0"}},
	    {"Windows NT 11.0", {"Windows", "0.0.0", "Other", "0.0.0"}},
	    {"Windows Ubuntu 22.04", {"Ubuntu", "22.04", "Other", "0.0.0"}},
	    {"CrOS arm 5Bot", {"Chrome OS", "5Bot", "Other", "0.0.0"}},
	    {"CrOS armBot 5", {"Chrome OS", "5", "Other", "0.0.0"}},
	    {"Windows Phone 10Bot",
		{"Windows Phone", "10Bot", "Other", "0.0.0"}},
	    {"Windows NT 10Bot", {"Windows", "0.0.0", "Other", "0.0.0"}},
	    {"Windows NT 5 Bot", {"Windows", "0.0.0", "Bot", "0.0.0"}},
	    {"Windows XPBot", {"Windows", "0.0.0", "Other", "0.0.0"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

/* Rows 18 to 25. */
static void
plain_words_are_tokens_or_nothing(void **state)
{
	static const struct told cases[] = {
	    {"MSIE 8.0", {"Other", "0.0.0", "IE", "8.0"}},
	    {"MSIE beta", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"MSIE 8.0 MSIE 7.0", {"Other", "0.0.0", "IE", "7.0"}},
	    {"Yahoo! Slurp", {"Other", "0.0.0", "Yahoo! Slurp", "0.0.0"}},
	    {"Red Hat 7.3", {"Red Hat", "0.0.0", "Other", "0.0.0"}},
	    {"Ubuntu 22.04", {"Ubuntu", "22.04", "Other", "0.0.0"}},
	    {"Ubuntu", {"Ubuntu", "0.0.0", "Other", "0.0.0"}},
	    {"Mobile Chrome/1.2", {"Other", "0.0.0", "Chrome Mobile", "1.2"}},
	    {"Linux x86_64", {"Linux", "0.0.0", "Other", "0.0.0"}},
	    {"linux", {"Linux", "0.0.0", "Other", "0.0.0"}},
	    {"Nintendo 3DS U", {"Other", "0.0.0", "NetFront NX", "0.0.0"}},
	    {"like Chrome/1", {"Other", "0.0.0", "Chrome", "1"}},
	    {"ab OS 5", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"A1 CFNetwork/1",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"\303\251\303\251 CFNetwork/1",
		{"iOS", "0.0.0", "\303\251\303\251", "0.0.0"}},
	    {"Yahoo! Chrome/1", {"Other", "0.0.0", "Chrome", "1"}},
	    {"Red Chrome/1", {"Other", "0.0.0", "Chrome", "1"}},
	    {"Nintendo Chrome/1", {"Other", "0.0.0", "Chrome", "1"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

/* Row 26 and the robots of 7.2. */
static void
robots_are_browsers(void **state)
{
	static const struct told cases[] = {
	    {"Better Uptime Bot 1.2",
		{"Other", "0.0.0", "Better Uptime Bot", "0.0.0"}},
	    {"Radius Compilance Bot",
		{"Other", "0.0.0", "Radius Compilance Bot", "0.0.0"}},
	    {"AdsBot-Google-Mobile",
		{"Other", "0.0.0", "AdsBot-Google", "0.0.0"}},
	    {"Uptime Monitoring Bot",
		{"Other", "0.0.0", "Uptime Monitoring Bot", "0.0.0"}},
	    {"Better Uptime", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"Googlebot/2.1", {"Other", "0.0.0", "Googlebot", "2.1"}},
	    {"SomeBot", {"Other", "0.0.0", "SomeBot", "0.0.0"}},
	    {"Crawler/1.5 OtherBot/3.0", {"Other", "0.0.0", "Crawler", "1.5"}},
	    {"Mozilla/5.0 Chrome/1 mycrawler",
		{"Other", "0.0.0", "mycrawler", "0.0.0"}},
	    {"Bot/1 FxiOS/2.0", {"Other", "0.0.0", "Firefox iOS", "2.0"}},
	    {"FxiOS/2.0 Bot/1", {"Other", "0.0.0", "Bot", "1"}},
	    {"AdsBot-Google-Mobile/1.0",
		{"Other", "0.0.0", "AdsBot-Google-Mobile", "1.0"}},
	    {"Radius Big Bot", {"Other", "0.0.0", "Bot", "0.0.0"}},
	    {"Uptime Big Bot", {"Other", "0.0.0", "Bot", "0.0.0"}},
	    {"Better Big Bot", {"Other", "0.0.0", "Bot", "0.0.0"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

/* Row 27. */
static void
a_product_is_cut_into_name_and_version(void **state)
{
	static const struct told cases[] = {
	    {"foo/1.2/3 CFNetwork/1", {"iOS", "0.0.0", "foo", "1.2"}},
	    {"foo:1.2/3 CFNetwork/1", {"iOS", "0.0.0", "foo", "1.2"}},
	    {"foo/1:2 CFNetwork/1", {"iOS", "0.0.0", "foo", "1:2"}},
	    {"/1.2 CFNetwork/1", {"iOS", "0.0.0", "/1.2", "1.2"}},
	    {"foo/ CFNetwork/1", {"iOS", "0.0.0", "foo", "0.0.0"}},
	    {"foo CFNetwork/1", {"iOS", "0.0.0", "foo", "0.0.0"}},
	    {"_foo_/_1_ CFNetwork/1", {"iOS", "0.0.0", "foo", "1"}},
	    {"()/1 CFNetwork/1",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"\"Foo\"/+1.2, CFNetwork/1", {"iOS", "0.0.0", "Foo", "1.2"}},
	    {"Foo;1.2 CFNetwork/1", {"iOS", "0.0.0", "Foo", "0.0.0"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

/* Section 7.2. */
static void
products_go_by_their_own_names(void **state)
{
	static const struct told cases[] = {
	    {"Kindle/3.0", {"Kindle", "3.0", "Kindle", "3.0"}},
	    {"Kindle", {"Kindle", "0.0.0", "Other", "0.0.0"}},
	    {"Kindle/3.0 Android 5", {"Kindle", "3.0", "Kindle", "3.0"}},
	    {"FxiOS/126.0", {"Other", "0.0.0", "Firefox iOS", "126.0"}},
	    {"Mac OS X 10_15 EdgiOS/125.0.2535",
		{"iOS", "0.0.0", "Edge Mobile", "125.0.2535"}},
	    {"EdgiOS/125.0", {"Other", "0.0.0", "Edge Mobile", "125.0"}},
	    {"Android 5 EdgiOS/1", {"Android", "5", "Edge Mobile", "1"}},
	    {"Mac OS X 10_15 CriOS/125.0.6422.80",
		{"iOS", "0.0.0", "Chrome Mobile iOS", "125.0.6422.80"}},
	    {"CriOS", {"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"Android 5 CriOS/1", {"Android", "5", "Chrome Mobile iOS", "1"}},
	    {"GSA/1.2", {"Other", "0.0.0", "Google", "1.2"}},
	    {"YisouSpider/5.0", {"Other", "0.0.0", "YisouSpider", "5.0"}},
	    {"YisouSpider", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"Edg/140.0", {"Other", "0.0.0", "Edge", "140.0"}},
	    {"Edge/15.1", {"Other", "0.0.0", "Edge", "15.1"}},
	    {"OPR/110.0.0.5", {"Other", "0.0.0", "Opera", "110.0.0"}},
	    {"SamsungBrowser/24.0",
		{"Other", "0.0.0", "Samsung Internet", "24.0"}},
	    {"Chrome/9 HuaweiBrowser/13 Mobile",
		{"Other", "0.0.0", "Chrome", "9"}},
	    {"ChatGPT-User/1.0", {"Other", "0.0.0", "ChatGPT-User", "1.0"}},
	    {"OAI-SearchBot/1.0", {"Other", "0.0.0", "OAI-SearchBot", "1.0"}},
	    {"OAI-SearchBot", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"NX/1.2.3.4", {"Other", "0.0.0", "NetFront NX", "1.2.3"}},
	    {"Electron/30.0", {"Other", "0.0.0", "Electron", "30.0"}},
	    {"IEMobile/11.0", {"Other", "0.0.0", "IE Mobile", "11.0"}},
	    {"Mobile/15E148 Chrome/1",
		{"Other", "0.0.0", "Chrome Mobile", "1"}},
	    {"Safari/604.1", {"Other", "0.0.0", "Safari", "0.0.0"}},
	    {"MyApp/1.2 CFNetwork/1494", {"iOS", "0.0.0", "MyApp", "1.2"}},
	    {"CFNetwork/1494",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"foo/xcrawler", {"Other", "0.0.0", "crawler", "0.0.0"}},
	    {"foo/Crawler", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"Windows NT 10.0 OculusBrowser/33",
		{"Android", "0.0.0", "Other", "0.0.0"}},
	    {"OculusBrowser/33 Android 9",
		{"Android", "0.0.0", "Android", "9"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

/* Version text of section 7.3. */
static void
a_version_has_four_pieces(void **state)
{
	static const struct told cases[] = {
	    {"Chrome", {"Other", "0.0.0", "Chrome", "0.0.0"}},
	    {"Chrome/1", {"Other", "0.0.0", "Chrome", "1"}},
	    {"Chrome/1.", {"Other", "0.0.0", "Chrome", "1"}},
	    {"Chrome/1..", {"Other", "0.0.0", "Chrome", "1."}},
	    {"Chrome/.", {"Other", "0.0.0", "Chrome", ""}},
	    {"Chrome/.1", {"Other", "0.0.0", "Chrome", ".1"}},
	    {"Chrome/1_2,3.4", {"Other", "0.0.0", "Chrome", "1.2.3.4"}},
	    {"Chrome/1.2.3.4.5", {"Other", "0.0.0", "Chrome", "1.2.3.4"}},
	    {"Chrome/17.x.2b.3.9", {"Other", "0.0.0", "Chrome", "17..2b.3"}},
	    {"Chrome/1.2b.c_", {"Other", "0.0.0", "Chrome", "1.2.c"}},
	    {"YaBrowser/1.2.3.4",
		{"Other", "0.0.0", "Yandex Browser", "1.2.3"}},
	    {"Opera/1.2.3.4", {"Other", "0.0.0", "Opera", "1.2.3"}},
	    {"NX/1_2,3.4.5", {"Other", "0.0.0", "NetFront NX", "1.2.3"}},
	    {"Windows NT 5.2", {"Windows", "XP", "Other", "0.0.0"}},
	    {"Windows NT 10.0.1", {"Windows", "0.0.0", "Other", "0.0.0"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

/* Section 7.3, OS. */
static void
the_system_is_the_first_that_tells(void **state)
{
	static const struct told cases[] = {
	    {"Android 9 Windows NT 10.0", {"Android", "9", "Android", "9"}},
	    {"Ubuntu/20.04 Android/9", {"Ubuntu", "20.04", "Android", "9"}},
	    {"Android/9 Ubuntu/20.04", {"Android", "9", "Android", "9"}},
	    {"AndroidTV/9", {"Android", "0.0.0", "Other", "0.0.0"}},
	    {"Chromecast/1.5", {"Chromecast", "0.0.0", "Other", "0.0.0"}},
	    {"AppleTV iOS/5", {"ATV OS X", "0.0.0", "Other", "0.0.0"}},
	    {"iOS/5", {"iOS", "5", "Other", "0.0.0"}},
	    {"CPU OS 9_1 iPad",
		{"iOS", "9.1", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"iPad Version/4",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"iPad Version/4 Mac OS",
		{"iOS", "4", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"Version/5 iPad CPU OS 9_1 Mac OS",
		{"iOS", "5", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"iPad Mac OS",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"Mac OS", {"Mac OS X", "0.0.0", "Other", "0.0.0"}},
	    {"Windows", {"Windows", "0.0.0", "Other", "0.0.0"}},
	    {"Linux Windows", {"Windows", "0.0.0", "Other", "0.0.0"}},
	    {"Linux", {"Linux", "0.0.0", "Other", "0.0.0"}},
	    {"Other", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"Foo Android/9 iPad", {"Android", "9", "Android", "9"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

/* Section 7.3, browser. */
static void
the_browser_is_what_ranks_first(void **state)
{
	static const struct told cases[] = {
	    {"Firefox/126.0", {"Other", "0.0.0", "Firefox", "126.0"}},
	    {"Firefox/126.0 Mobile",
		{"Other", "0.0.0", "Firefox Mobile", "126.0"}},
	    {"Chrome/1 Firefox/2 Edge/3", {"Other", "0.0.0", "Firefox", "2"}},
	    {"Yahoo! Slurp Chrome/1",
		{"Other", "0.0.0", "Yahoo! Slurp", "0.0.0"}},
	    {"Silk/1.2.3", {"Other", "0.0.0", "Amazon Silk", "1.2.3"}},
	    {"Silk/1.2.3 PlayStation",
		{"Other", "0.0.0", "NetFront NX", "0.0.0"}},
	    {"Nintendo 3DS Version/1",
		{"Other", "0.0.0", "NetFront NX", "0.0.0"}},
	    {"YaBrowser/1.2", {"Other", "0.0.0", "Yandex Browser", "1.2"}},
	    {"Edge/1 Mobile", {"Other", "0.0.0", "Edge Mobile", "1"}},
	    {"OPR/1.2 Mobile", {"Other", "0.0.0", "Opera Mobile", "1.2"}},
	    {"axios/1.6.8", {"Other", "0.0.0", "axios", "1.6.8"}},
	    {"HeadlessChrome/125.0.0.0",
		{"Other", "0.0.0", "HeadlessChrome", "125.0.0.0"}},
	    {"Chrome/1 Chrome/2", {"Other", "0.0.0", "Chrome", "2"}},
	    {"Chrome/1 Version/3",
		{"Other", "0.0.0", "Chrome Mobile WebView", "1"}},
	    {"Chrome/1 Mobile", {"Other", "0.0.0", "Chrome Mobile", "1"}},
	    {"Chrome Mobile", {"Other", "0.0.0", "Chrome", "0.0.0"}},
	    {"Chrome/1 HuaweiBrowser Mobile",
		{"Other", "0.0.0", "Chrome", "1"}},
	    {"Chrome Android 5", {"Android", "5", "Android", "5"}},
	    {"Chrome/2 Android 5", {"Android", "5", "Chrome", "2"}},
	    {"Android 5 Android/6", {"Android", "5", "Android", "6"}},
	    {"NetworkingExtension/8615 Network/1.2 CFNetwork/1",
		{"iOS", "0.0.0", "CFNetwork", "1.2"}},
	    {"NetworkingExtension/8615 CFNetwork/1",
		{"iOS", "0.0.0", "CFNetwork", "0.0.0"}},
	    {"Version/17.5 Safari/605", {"Other", "0.0.0", "Safari", "17.5"}},
	    {"Version/17.5 Mobile Safari/605",
		{"Other", "0.0.0", "Mobile Safari", "17.5"}},
	    {"Mac OS X 10_1 Version/17.5 Mobile Safari/605",
		{"Mac OS X", "10.1", "Safari", "17.5"}},
	    {"Safari Mobile", {"Other", "0.0.0", "Mobile Safari", "0.0.0"}},
	    {"iOS 17", {"iOS", "17", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"foo/crawler iPad",
		{"iOS", "0.0.0", "Mobile Safari UI/WKWebView", "0.0.0"}},
	    {"foo/crawler", {"Other", "0.0.0", "crawler", "0.0.0"}},
	    {"Other/1", {"Other", "0.0.0", "Other", "0.0.0"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

/* Whole texts. */
static void
what_people_send(void **state)
{
	static const struct told cases[] = {
	    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
		{"Windows", "10", "Chrome", "140.0.0.0"}},
	    {"Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
		{"Windows", "7", "Other", "0.0.0"}},
	    {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
		{"iOS", "17.5", "Mobile Safari", "17.5"}},
	    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
		{"Mac OS X", "10.15.7", "Safari", "17.5"}},
	    {"Mozilla/5.0 (Linux; Android 13; SM-S918B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/117.0.0.0 Mobile Safari/537.36",
		{"Android", "13", "Chrome Mobile WebView", "117.0.0.0"}},
	    {"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
		{"Ubuntu", "0.0.0", "Firefox", "126.0"}},
	    {"Dalvik/2.1.0 (Linux; U; Android 11; Pixel 4)",
		{"Android", "11", "Android", "11"}},
	    {"curl/8.4.0", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
		{"Other", "0.0.0", "Googlebot", "2.1"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

static void
odd_bytes_are_only_bytes(void **state)
{
	static const struct told cases[] = {
	    {"", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {" ", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {";;;", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"(((", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {" ; ; (_) ", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"Chrome/1\0112", {"Other", "0.0.0", "Chrome", "1\0112"}},
	    {"\011Chrome/1", {"Other", "0.0.0", "Other", "0.0.0"}},
	    {"Chrome/\303\251.\303\251.\303\251",
		{"Other", "0.0.0", "Chrome", "\303\251..\303\251"}},
	    {"\304\260Bot/\304\260",
		{"Other", "0.0.0", "\304\260Bot", "\304\260"}},
	    {"Chrome/1\302\240Mobile",
		{"Other", "0.0.0", "Chrome", "1\302\240Mobile"}},
	};

	(void)state;
	expect_all(cases, COUNT(cases));
}

static void
a_text_may_have_a_thousand_bytes(void **state)
{
	static const char *const chrome[] = {"Other", "0.0.0", "Chrome", "1.2"};
	char text[USER_AGENT_MAX + 1];
	struct user_agent told;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text + USER_AGENT_MAX - 10, "Chrome/1.2", 10);
	expect(text, USER_AGENT_MAX, chrome);
	assert_false(user_agent_parse(text, USER_AGENT_MAX + 1, &told));
}

static void
no_text_is_an_empty_one(void **state)
{
	struct user_agent told;

	(void)state;
	assert_true(user_agent_parse(NULL, 0, &told));
	assert_int_equal(told.answers[USER_AGENT_OS_NAME].len, 5);
}

static void
a_nul_and_bytes_that_are_no_text_are_kept(void **state)
{
	static const char text[] = "Chrome/1\0\xff.2\xc3 \xe2\x28";
	struct user_agent told;
	const struct ua_text *v = &told.answers[USER_AGENT_BROWSER_VERSION];

	(void)state;
	assert_true(user_agent_parse(text, sizeof(text) - 1, &told));
	assert_int_equal(v->len, 5);
	assert_memory_equal(v->bytes, "1\0\xff.2", 5);
}

/* The longest answers there are: one token is system and browser. */
static void
a_version_may_fill_the_text(void **state)
{
	char text[USER_AGENT_MAX];
	struct user_agent told;
	int which[] = {USER_AGENT_OS_VERSION, USER_AGENT_BROWSER_VERSION};

	(void)state;
	memset(text, '7', sizeof(text));
	memcpy(text, "Kindle/", 7);
	assert_true(user_agent_parse(text, sizeof(text), &told));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    told.answers[which[i]].len, USER_AGENT_MAX - 7);
		assert_memory_equal(
		    told.answers[which[i]].bytes, text + 7, USER_AGENT_MAX - 7);
	}
}

static void
every_answer_has_two_names(void **state)
{
	static const char *const names[] = {"os_name", "osname", "os_version",
	    "osversion", "browser_name", "browsername", "browser_version",
	    "browserversion"};
	static const char *const others[] = {"", "device", "os", "os_names",
	    "os_nam", "OS_NAME", "useragent", "browser-name"};
	enum user_agent_answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_true(
		    user_agent_field(names[i], strlen(names[i]), &answer));
		assert_int_equal(answer, i / 2);
	}
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(
		    user_agent_field(others[i], strlen(others[i]), &answer));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_of_apple_tell_the_system),
	    cmocka_unit_test(words_of_other_makers_tell_the_system),
	    cmocka_unit_test(plain_words_are_tokens_or_nothing),
	    cmocka_unit_test(robots_are_browsers),
	    cmocka_unit_test(a_product_is_cut_into_name_and_version),
	    cmocka_unit_test(products_go_by_their_own_names),
	    cmocka_unit_test(a_version_has_four_pieces),
	    cmocka_unit_test(the_system_is_the_first_that_tells),
	    cmocka_unit_test(the_browser_is_what_ranks_first),
	    cmocka_unit_test(what_people_send),
	    cmocka_unit_test(odd_bytes_are_only_bytes),
	    cmocka_unit_test(a_text_may_have_a_thousand_bytes),
	    cmocka_unit_test(no_text_is_an_empty_one),
	    cmocka_unit_test(a_nul_and_bytes_that_are_no_text_are_kept),
	    cmocka_unit_test(a_version_may_fill_the_text),
	    cmocka_unit_test(every_answer_has_two_names),
	};

	return cmocka_run_group_tests_name("user_agent", tests, NULL, NULL);
}
