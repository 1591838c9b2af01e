DROP TABLE notifications;
DROP TABLE appointments;
