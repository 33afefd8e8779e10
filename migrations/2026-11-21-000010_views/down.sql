drop table saved_view;
