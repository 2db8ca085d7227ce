package app.latchkey.desktop

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.graphics.drawable.Icon
import android.net.Uri
import android.os.Build
import android.os.Bundle
import org.json.JSONArray
import org.json.JSONObject

/** Shows what the Rust side says. Nothing is decided here; what is pressed goes to [AnswerReceiver]. */
internal object Notices {
    private const val ALERTS = "alerts"
    private const val QUIET = "quiet"

    /** There is one notification of each tag. */
    private const val ID = 1

    /** Marks one that says what came of its own buttons: that somebody answered is no news then. */
    private const val ANSWERED_HERE = "answered_here"

    fun show(context: Context, json: String?) {
        if (json == null) return
        val shown = JSONObject(json)
        val manager = context.getSystemService(NotificationManager::class.java)
        val tag = shown.getString("tag")
        if (shown.getString("stands") == "settled" && standsAnswered(manager, tag)) return
        makeChannels(context, manager)
        manager.notify(tag, ID, notification(context, shown))
    }

    fun showAll(context: Context, all: JSONArray) {
        for (index in 0 until all.length()) show(context, all.getString(index))
    }

    private fun standsAnswered(manager: NotificationManager, tag: String): Boolean =
        manager.activeNotifications.any { it.tag == tag && it.notification.extras.getBoolean(ANSWERED_HERE) }

    private fun makeChannels(context: Context, manager: NotificationManager) {
        val alerts = NotificationChannel(ALERTS, context.getString(R.string.alerts_channel), NotificationManager.IMPORTANCE_HIGH)
        val quiet = NotificationChannel(QUIET, context.getString(R.string.quiet_channel), NotificationManager.IMPORTANCE_LOW)
        manager.createNotificationChannels(listOf(alerts, quiet))
    }

    private fun notification(context: Context, shown: JSONObject): Notification {
        val marks = Bundle()
        marks.putBoolean(ANSWERED_HERE, shown.getString("stands") == ANSWERED_HERE)
        val body = shown.getString("body")
        val builder = builder(context, shown)
            .setContentTitle(shown.getString("title"))
            .setContentText(body)
            .setStyle(Notification.BigTextStyle().bigText(body))
            .setContentIntent(opens(context, shown.getString("opens")))
            .setAutoCancel(true)
            .setOnlyAlertOnce(shown.optBoolean("again"))
            .addExtras(marks)
            // On a locked screen, as much as its owner set: who it is about stays in the phone otherwise.
            .setVisibility(Notification.VISIBILITY_PRIVATE)
            .setPublicVersion(builder(context, shown).setContentTitle(context.getString(R.string.hidden_title)).build())
        if (shown.has("at")) builder.setWhen(shown.getLong("at")).setShowWhen(true)
        val buttons = shown.getJSONArray("buttons")
        for (index in 0 until buttons.length()) builder.addAction(button(context, shown, buttons.getJSONObject(index)))
        return builder.build()
    }

    private fun builder(context: Context, shown: JSONObject): Notification.Builder =
        Notification.Builder(context, if (shown.optBoolean("quiet")) QUIET else ALERTS)
            .setSmallIcon(R.drawable.ic_notification)
            .setColor(context.getColor(R.color.door))

    private fun button(context: Context, shown: JSONObject, button: JSONObject): Notification.Action {
        val answer = button.getString("answer")
        val tag = shown.getString("tag")
        // The address tells the intents of two buttons apart: their contents do not.
        val intent = Intent(context, AnswerReceiver::class.java)
            .setData(Uri.fromParts("latchkey", "answer/$tag/$answer", null))
            .putExtra(AnswerReceiver.ABOUT, shown.getString("about"))
            .putExtra(AnswerReceiver.ANSWER, answer)
        val flags = PendingIntent.FLAG_UPDATE_CURRENT or PendingIntent.FLAG_IMMUTABLE
        val pressed = PendingIntent.getBroadcast(context, 0, intent, flags)
        val action = Notification.Action.Builder(null as Icon?, button.getString("label"), pressed)
        // Whoever picks up a locked phone may sign a stranger out, and may not vouch for one.
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) action.setAuthenticationRequired(button.getBoolean("vouches"))
        return action.build()
    }

    private fun opens(context: Context, link: String): PendingIntent {
        val intent = Intent(Intent.ACTION_VIEW, Uri.parse(link), context, MainActivity::class.java)
        return PendingIntent.getActivity(context, 0, intent, PendingIntent.FLAG_UPDATE_CURRENT or PendingIntent.FLAG_IMMUTABLE)
    }
}
