// Shows what is pushed with both buttons, and sends home which of them was pressed: none is a tap on the notification itself.
self.addEventListener("push", (event) => {
  const { title, text, id } = event.data.json();
  const actions = [
    { action: "not_me", title: "No, sign it out" },
    { action: "me", title: "Yes, it is ours" },
  ];
  event.waitUntil(
    self.registration.showNotification(title, { body: text, tag: id, data: id, actions, requireInteraction: true }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const body = JSON.stringify({ answer: event.action, id: event.notification.data });
  event.waitUntil(fetch("answer", { method: "POST", body }));
});
