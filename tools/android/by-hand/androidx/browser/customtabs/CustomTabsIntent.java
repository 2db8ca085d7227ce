package androidx.browser.customtabs;

/** Of androidx.browser:browser, which is in no package of stubs: as much as the opener plugin calls. */
public final class CustomTabsIntent {
    public final android.content.Intent intent = null;

    private CustomTabsIntent() {}

    public native void launchUrl(android.content.Context context, android.net.Uri url);

    public static final class Builder {
        public Builder() {}

        public native CustomTabsIntent build();
    }
}
